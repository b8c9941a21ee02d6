"""What a trained post-filter does for people: synthetic speech, or its features, closer to natural."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Float
from torch import Tensor

from sparring import Application, DataError, Example, RecipeError, Report, Trained
from sparring_audio import AUDIO_SUFFIXES, Destination, LimitedWriter, audio_files, blocks, each_file, in_pieces, write
from sparring_postfilter.feature_files import FEATURE_SUFFIXES, feature_files
from sparring_postfilter.features import Phase
from sparring_postfilter.filter_feature_files import feature_destinations, filter_features, is_feature_file
from sparring_postfilter.filtered_speech import FilteredSpeech, answered
from sparring_postfilter.post_filter_example import PostFilterExample
from sparring_postfilter.trained_filter import Method, TrainedFilter

BLOCK_FRAMES = 65536
MOST_SHOWN = 2
HINT = f"If these are features, name the file by their coding ({', '.join(sorted(FEATURE_SUFFIXES))})."

Wave = Float[Tensor, " time"]


class Filter(Application):
    """Filters recordings of synthetic speech of any rate, length and number of channels, and files of features."""

    inputs: ClassVar[str] = "audio files, feature files or folders"

    def __init__(self, trained: Trained) -> None:
        super().__init__(trained)
        self.post_filter = TrainedFilter(trained)

    def apply(
        self,
        inputs: Sequence[str | Path],
        output: str | Path,
        *,
        seed: int = 0,
        method: Method = "vocoder",
        phase: Phase = "input",
        format: Literal["wav", "flac", "ogg", "mp3"] | None = None,
    ) -> Report:
        """Filter files, and those in folders, whose tree is kept below `output`; for a single file, `output` may be a file.

        Recordings keep sample rate, channels, length, level, format and coding (`format` chooses another one); what is above half the
        rate of the run's data is lost. Every channel is filtered by itself, in pieces of at most half a minute; digital silence stays.
        `vocoder` speaks anew: mel-cepstra through WORLD, with pitch, aperiodicity and c0 as they are; log-spectra with the `phase` of the
        input, or one by Griffin-Lim. `differential` filters the recording by what changes in its mel-cepstra, without a vocoder.

        Feature files (`.npy`, or bare float32: see `feature_files.read`) are of the run's kind of features: mel-cepstra from c0 on, c0
        staying as it is, or linear magnitudes from 0 to half the rate. They come out in their own coding.

        The same input and `seed`, which draws the network's noise, always give the same output. What cannot be read, decoded or written
        is named in the report. Raises `RecipeError` if an output would overwrite an input or another output, and for a `method` or
        `phase` that the run's features do not have.
        """
        kind = self.post_filter.features.kind
        if method == "differential" and kind != "mel-cepstra":
            raise RecipeError(f"method: 'differential' is for runs on mel-cepstra, and this one filters {kind}: leave `method` out")
        if phase != "input" and kind != "log-spectra":
            raise RecipeError(f"phase: {phase!r} is for runs on log-spectra, and this one filters {kind}: leave `phase` out")
        output = Path(output)
        planned = feature_destinations(inputs, output)

        def work(entry: Destination, advance: Callable[[float], object]) -> None:
            self._filter(entry, advance, seed=seed, method=method, phase=phase)

        recordings = [one for one in inputs if not_only_features(Path(one))]
        heard = each_file(recordings, output, work, format=format) if recordings else Report()
        seen = filter_features(planned, self.post_filter, seed=seed) if planned else Report()
        unheard = [(name, why if Path(name).suffix.lower() in AUDIO_SUFFIXES else f"{why} {HINT}") for name, why in heard.skipped]
        return Report(sorted(heard.written + seen.written), sorted(unheard + seen.skipped))

    def answer(self, example: Example) -> FilteredSpeech:
        """The synthetic features of an example, filtered, and the speech that they make, at the level of the synthetic speech.

        The noise is that of `example.draw` as a seed.
        """
        spoken: PostFilterExample = example  # type: ignore[assignment]
        return answered(spoken, self.post_filter(spoken.synthetic, seed=spoken.draw))

    def preview(self, examples: Sequence[Example], folder: Path) -> list[Path]:
        """Of the first two examples that can be heard, a picture of the spectrograms of synthetic, filtered and natural, and the waves;
        of all examples together, silence left out, `gv.png`, the global variances, and `modulation.png`, the modulation spectra of their
        mel-cepstra.
        """
        from sparring_postfilter.pictures import draw_global_variance, draw_modulation_spectra  # here, since it imports matplotlib

        folder.mkdir(parents=True, exist_ok=True)
        left: list[Path] = []
        heard: dict[str, list[np.ndarray]] = {"natural": [], "synthetic": [], "filtered": []}
        between_silences: dict[str, list[np.ndarray]] = {"natural": [], "synthetic": [], "filtered": []}
        shown = 0
        for example in examples:
            spoken: PostFilterExample = example  # type: ignore[assignment]
            answer = self.answer(spoken)
            loud = np.flatnonzero(spoken.heard)
            for role, features in (("natural", spoken.natural), ("synthetic", spoken.synthetic), ("filtered", answer.features)):
                if len(loud):
                    cepstra = spoken.cepstra(features)
                    heard[role].append(cepstra[loud])
                    between_silences[role].append(cepstra[loud[0] : loud[-1] + 1])
            if shown < MOST_SHOWN and answer.wave is not None:
                shown += 1
                left += self._shown(spoken, answer.wave, folder)
        if heard["natural"]:
            step = self.post_filter.features.frame_seconds
            left.append(draw_global_variance(folder / "gv.png", heard))
            left.append(draw_modulation_spectra(folder / "modulation.png", between_silences, frame_seconds=step))
        return left

    def _shown(self, spoken: PostFilterExample, filtered: Wave, folder: Path) -> list[Path]:
        """The picture and the waves of one example."""
        from sparring_audio import draw_spectrograms  # here, since it imports matplotlib

        found = {"synthetic": spoken.synthetic_wave, "filtered": filtered, "natural": spoken.natural_wave}
        waves = {role: wave for role, wave in found.items() if wave is not None}
        stem = spoken.name.replace("/", "_")
        left = [draw_spectrograms(folder / f"{stem}.png", waves, spoken.sample_rate_hz)]
        for role, wave in waves.items():
            left.append(folder / f"{stem}_{role}.wav")
            write(left[-1], wave, spoken.sample_rate_hz)
        return left

    def _filter(
        self, entry: Destination, advance: Callable[[float], object], *, seed: int, method: Method, phase: Phase
    ) -> None:  # fmt: skip
        rate = entry.source.sample_rate_hz

        def convert(piece: Wave, channel: int, start: int) -> Wave:
            return self.post_filter.wave(piece, rate, seed=seed, method=method, phase=phase)

        def heard() -> Iterable[Tensor]:
            for block in blocks(entry.source.path, BLOCK_FRAMES):
                yield block
                advance(block.shape[-1] / rate)

        with LimitedWriter(entry) as writer:
            for block in in_pieces(heard(), convert, sample_rate_hz=rate):
                writer.write(block)


def not_only_features(given: Path) -> bool:
    """Whether there is audio in an input, or nothing that would be filtered, which has to be said."""
    if not given.is_dir():
        return not is_feature_file(given)
    try:
        return bool(audio_files(given))
    except DataError:
        return not feature_files(given)
