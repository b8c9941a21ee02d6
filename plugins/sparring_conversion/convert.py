"""What a trained conversion does for people: their recordings, in another voice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import ClassVar, Literal

import torch
from jaxtyping import Float
from torch import Tensor

from sparring import Application, DataError, Example, RecipeError, Report, Trained
from sparring_audio import AudioInfo, Destination, LimitedWriter, blocks, each_file, in_pieces, write
from sparring_conversion.conversion_example import ConversionExample
from sparring_conversion.own_voice import OwnVoice
from sparring_conversion.statistics import Voice
from sparring_conversion.voice_change import Method, VoiceChange

BLOCK_FRAMES = 65536
MOST_SHOWN = 4  # directions of a preview: ten speakers have ninety

log = logging.getLogger("sparring")

Wave = Float[Tensor, " time"]


class Convert(Application):
    """Converts recordings of any rate, length and number of channels to the voice of one of the run's speakers."""

    inputs: ClassVar[str] = "audio files or folders"

    def __init__(self, trained: Trained) -> None:
        super().__init__(trained)
        self.change = VoiceChange(trained)

    def apply(
        self,
        inputs: Sequence[str | Path],
        output: str | Path,
        *,
        to: str | None = None,
        speaker: str | None = None,
        method: Method = "vocoder",
        format: Literal["wav", "flac", "ogg", "mp3"] | None = None,
    ) -> Report:
        """Convert files, and the audio files in folders, whose tree is kept below `output`; for a single file, `output` may be a file.

        `to` names the speaker whose voice is wanted, `speaker` the one who is heard; of two speakers the second and the other one, unless
        told otherwise. With more, `to` is needed, and an unknown `speaker` is measured on each channel of each recording. `vocoder` speaks
        the recording anew and changes its pitch too; `differential` filters it, which sounds more natural and leaves its pitch.

        Sample rate, channels, length, format and coding stay as they are (`format` chooses another one). What is above half the rate of
        the run's data is lost. Every channel is converted by itself, in pieces of at most half a minute; what is nowhere voiced stays as
        it is, bit for bit, and is mentioned. The same recording always gives the same samples.

        A file that cannot be read, decoded or written is named in the report. Raises `RecipeError` if an output would overwrite an input
        or another output, or for speakers that the run does not have.
        """
        source, target = self._who(speaker, to)

        def work(entry: Destination, advance: Callable[[float], object]) -> None:
            self._convert(entry, source, target, method, advance)

        return each_file(inputs, Path(output), work, format=format)

    def answer(self, example: Example) -> Wave:
        """The wave `example.source` in the voice of `example.target_speaker`, at its rate, made as `apply` makes it."""
        spoken: ConversionExample = example  # type: ignore[assignment]
        source, target = self._named(spoken.source_speaker), self._named(spoken.target_speaker)
        rate = spoken.sample_rate_hz

        def convert(piece: Wave, channel: int, start: int) -> Wave:
            changed = self.change.changed(piece, rate, source=source, target=target)
            return piece if changed is None else changed

        return torch.cat(list(in_pieces([spoken.source[None]], convert, sample_rate_hz=rate)), dim=-1)[0]

    def preview(self, examples: Sequence[Example], folder: Path) -> list[Path]:
        """For the first example of each direction, of four at most: a picture of the spectrograms of source, converted and target, and the
        waves to hear.
        """
        from sparring_audio import draw_spectrograms  # here, since it imports matplotlib

        firsts: dict[tuple[str, str], ConversionExample] = {}
        for example in examples:
            spoken: ConversionExample = example  # type: ignore[assignment]
            firsts.setdefault((spoken.source_speaker, spoken.target_speaker), spoken)
        left: list[Path] = []
        folder.mkdir(parents=True, exist_ok=True)
        for spoken in list(firsts.values())[:MOST_SHOWN]:
            waves = {"source": spoken.source, "converted": self.answer(spoken)}
            if spoken.reference is not None:
                waves["target"] = spoken.reference
            stem = spoken.name.replace("/", "_")
            left.append(draw_spectrograms(folder / f"{stem}.png", waves, spoken.sample_rate_hz))
            for role, wave in waves.items():
                left.append(folder / f"{stem}_{role}.wav")
                write(left[-1], wave, spoken.sample_rate_hz)
        return left

    def _who(self, speaker: str | None, to: str | None) -> tuple[Voice | None, Voice]:
        """Who is heard (None: nobody knows) and who is wanted."""
        names = self.change.voices.names
        listed = ", ".join(names)
        for option, name in (("to", to), ("speaker", speaker)):
            if name is not None and name not in names:
                raise RecipeError(f"{option}: this run knows no speaker {name!r}: choose one of {listed}")
        if len(names) > 2 and to is None:
            raise RecipeError(f"to: this run has {len(names)} speakers: say whose voice is wanted, one of {listed}")
        if len(names) == 2:
            first, second = names
            to = to or (first if speaker == second else second)
            speaker = speaker or (first if to == second else second)
        if speaker == to:
            raise RecipeError(f"to: the recordings are of {to!r} already: choose another one of {listed}")
        return self._named(speaker) if speaker else None, self._named(str(to))

    def _named(self, name: str) -> Voice:
        if name not in self.change.voices:
            raise DataError(f"the run knows no speaker {name!r}: it has {', '.join(self.change.voices.names)}")
        return self.change.voices[name]

    def _convert(self, entry: Destination, source: Voice | None, target: Voice, method: Method, advance: Callable[[float], object]) -> None:
        info = entry.source
        voices = [source] * info.channels if source else self._measured(info, target)
        done: list[tuple[int, int, int, bool]] = []

        def convert(piece: Wave, channel: int, start: int) -> Wave:
            voice = voices[channel]
            changed = voice and self.change.changed(piece, info.sample_rate_hz, source=voice, target=target, method=method)
            done.append((channel, start, start + len(piece), changed is None))
            return piece if changed is None else changed

        def heard() -> Iterable[Tensor]:
            for block in blocks(info.path, BLOCK_FRAMES):
                yield block
                advance(block.shape[-1] / info.sample_rate_hz)

        with LimitedWriter(entry) as writer:
            for block in in_pieces(heard(), convert, sample_rate_hz=info.sample_rate_hz):
                writer.write(block)
        mention(info, done)

    def _measured(self, info: AudioInfo, target: Voice) -> list[Voice | None]:
        """The voices of a recording's channels, by a first hearing of it; None for a channel that is nowhere voiced."""
        own = [OwnVoice(self.change.spectra) for _ in range(info.channels)]

        def hear(piece: Wave, channel: int, start: int) -> Wave:
            analysis = self.change.heard(piece, info.sample_rate_hz)
            if analysis is not None:
                own[channel].add(analysis)
            return piece

        for _ in in_pieces(blocks(info.path, BLOCK_FRAMES), hear, sample_rate_hz=info.sample_rate_hz):
            pass
        return [one.voice(target) for one in own]


def mention(info: AudioInfo, done: Sequence[tuple[int, int, int, bool]]) -> None:
    """Say what of a recording stayed as it was; `done` has for each piece its channel, its first sample, its end, and whether it stayed."""
    if all(stayed for *_, stayed in done):
        log.warning("%s: nothing in it is voiced, and it stays as it is", info.path)
        return
    for channel, start, end, stayed in sorted(done):
        if stayed:
            where = f"channel {channel + 1}, {start / info.sample_rate_hz:.1f} to {end / info.sample_rate_hz:.1f} seconds"
            log.warning("%s: nothing in %s is voiced, and it stays as it is", info.path, where)
