"""What a trained enhancer does for people: it takes the noise out of their recordings."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor

from sparring import Application, DataError, Example, RecipeError, Report, Trained, gather, progress_bar, share
from sparring_audio import AudioWriter, blocks, write
from sparring_enhancement.destinations import Destination, destinations, reason
from sparring_enhancement.overlap import Overlap
from sparring_enhancement.speech_pair import SpeechPair
from sparring_enhancement.stream import Stream

BLOCK_FRAMES = 65536
BAR = "{l_bar}{bar}| {n:.0f}/{total:.0f} s of audio [{elapsed}<{remaining}]"

# Codings that hold samples beyond full scale.
UNLIMITED = frozenset({"FLOAT", "DOUBLE"})

log = logging.getLogger("sparring")


class Enhance(Application):
    """Enhances recordings of any rate, length and number of channels with the network `generator` of a run."""

    inputs: ClassVar[str] = "audio files or folders"

    def __init__(self, trained: Trained) -> None:
        super().__init__(trained)
        self.sample_rate_hz = int(trained.data.get("sample_rate_hz", 16000))
        self.chunk_samples = int(trained.data.get("chunk_samples", 16384))
        self.preemphasis = float(trained.data.get("preemphasis", 0.0))

    def apply(
        self,
        inputs: Sequence[str | Path],
        output: str | Path,
        *,
        batch_size: Annotated[int, Field(ge=1)] = 8,
        overlap_samples: Annotated[int, Field(ge=0)] | None = None,
        format: Literal["wav", "flac", "ogg", "mp3"] | None = None,
    ) -> Report:
        """Enhance files, and the audio files in folders, whose tree is kept below `output`; for a single file, `output` may be a file.

        Sample rate, channels, length, level, format and coding stay as they are (`format` chooses another one). What is above half the
        rate of the run's data (8 kHz at 16 kHz) is lost. Chunks of the run's length overlap by `overlap_samples` (default: half a chunk),
        of which the middle quarter is a fade and the rest context; 0 is the published SEGAN, with seams. Up to `batch_size` chunks are
        enhanced at once. Neither blocks, nor the batch, nor the number of processes, which share out the files, change the result. The
        memory that it takes does not grow with the files.

        A file that cannot be read, decoded or written is named in the report. Raises `RecipeError` if an output would overwrite an input
        or another output, or if the overlap does not fit the network.
        """
        stream = self._stream(overlap_samples)
        unusable, mine = Report(), Report()
        planned = share(destinations(inputs, Path(output), unusable, format=format))
        seconds = sum(entry.source.seconds for entry in planned)
        with progress_bar(total=round(seconds, 1), unit="s", bar_format=BAR) as bar:
            for number, entry in enumerate(planned, start=1):
                bar.set_description(f"file {number} of {len(planned)}")
                try:
                    self._enhance(stream, entry, batch_size, bar)
                except DataError as error:
                    mine.skipped.append((str(entry.source.path), reason(entry.source.path, error)))
                else:
                    mine.written.append(entry.path)
        parts = gather({"written": [str(path) for path in mine.written], "skipped": mine.skipped})
        written = sorted(Path(path) for part in parts for path in part["written"])
        return Report(written, sorted(unusable.skipped + [(name, why) for part in parts for name, why in part["skipped"]]))

    def answer(self, example: Example) -> Float[Tensor, " time"]:
        """The enhanced wave of `example.noisy`, at the example's rate, made as `apply` makes it."""
        noisy: Tensor = example.noisy  # type: ignore[attr-defined]
        rate: int = example.sample_rate_hz  # type: ignore[attr-defined]
        gain = max(float(noisy.abs().max()), 1.0)
        enhanced = self._stream(None).through([noisy[None] / gain], sample_rate_hz=rate, frames=len(noisy), batch_size=8)
        return torch.cat(list(enhanced), dim=-1)[0] * gain

    def preview(self, examples: Sequence[Example], folder: Path) -> list[Path]:
        """For each example a picture of the spectrograms before and after, and the three waves to listen to."""
        from sparring_audio import draw_spectrograms  # here, since it imports matplotlib

        left: list[Path] = []
        folder.mkdir(parents=True, exist_ok=True)
        for example in examples:
            pair: SpeechPair = example  # type: ignore[assignment]
            waves = {"noisy": pair.noisy, "enhanced": self.answer(pair), "clean": pair.clean}
            stem = pair.name.replace("/", "_")
            left.append(draw_spectrograms(folder / f"{stem}.png", waves, pair.sample_rate_hz))
            for role, wave in waves.items():
                left.append(folder / f"{stem}_{role}.wav")
                write(left[-1], wave, pair.sample_rate_hz)
        return left

    def _stream(self, overlap_samples: int | None) -> Stream:
        generator = self.trained.networks["generator"]
        step = int(getattr(generator, "samples_per_frame", 1))
        if overlap_samples is None:
            overlap_samples = self.chunk_samples - max(self.chunk_samples // 2 // step, 1) * step
        if (self.chunk_samples - overlap_samples) % step:
            raise RecipeError(
                f"overlap_samples: the generator moves in steps of {step} samples, and chunks of {self.chunk_samples} that overlap by "
                f"{overlap_samples} do not: choose a multiple of {step}"
            )
        try:
            overlap = Overlap(chunk_samples=self.chunk_samples, overlap_samples=overlap_samples)
        except ValueError as error:
            raise RecipeError(f"overlap_samples: {error}") from None
        return Stream(generator, overlap, sample_rate_hz=self.sample_rate_hz, preemphasis=self.preemphasis, device=self.trained.device)

    def _enhance(self, stream: Stream, entry: Destination, batch_size: int, bar: Any) -> None:
        source = entry.source
        gain = _peak(entry) if source.subtype in UNLIMITED else 1.0
        beyond = 0

        def heard() -> Iterator[Tensor]:
            for block in blocks(source.path, BLOCK_FRAMES):
                yield block / gain
                bar.update(block.shape[-1] / source.sample_rate_hz)

        with AudioWriter(entry.path, source.sample_rate_hz, channels=source.channels, subtype=entry.subtype) as writer:
            for block in stream.through(heard(), sample_rate_hz=source.sample_rate_hz, frames=source.frames, batch_size=batch_size):
                enhanced = block * gain
                if entry.subtype not in UNLIMITED:
                    beyond += int((enhanced.abs() > 1).sum())
                    enhanced = enhanced.clamp(-1, 1)
                writer.write(enhanced)
        if beyond:
            log.warning("%s: %d samples beyond full scale were limited to it", entry.path, beyond)


def _peak(entry: Destination) -> float:
    """The greatest sample of a file that may go beyond full scale, where generators know nothing; 1 if it does not."""
    return max(1.0, *(float(block.abs().max()) for block in blocks(entry.source.path, BLOCK_FRAMES)))
