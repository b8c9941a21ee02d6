"""What a trained enhancer does for people: it takes the noise out of their recordings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor

from sparring import Application, Example, RecipeError, Report, Trained
from sparring_audio import UNLIMITED, Destination, LimitedWriter, blocks, each_file, write
from sparring_enhancement.overlap import Overlap
from sparring_enhancement.speech_pair import SpeechPair
from sparring_enhancement.stream import Stream

BLOCK_FRAMES = 65536


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

        def work(entry: Destination, advance: Callable[[float], object]) -> None:
            self._enhance(stream, entry, batch_size, advance)

        return each_file(inputs, Path(output), work, format=format)

    def answer(self, example: Example) -> Float[Tensor, " time"]:
        """The enhanced wave of `example.noisy`, at the example's rate, made as `apply` makes it."""
        noisy: Tensor = example.noisy  # type: ignore[attr-defined]
        rate: int = example.sample_rate_hz  # type: ignore[attr-defined]
        gain = max(float(noisy.abs().max()), 1.0)
        enhanced = self._stream(None).through([noisy[None] / gain], sample_rate_hz=rate, frames=len(noisy), batch_size=8)
        return torch.cat(list(enhanced), dim=-1)[0] * gain

    def preview(self, examples: Sequence[Example], folder: Path) -> list[Path]:
        """For the first example a picture of the spectrograms before and after, and the three waves to listen to."""
        from sparring_audio import draw_spectrograms  # here, since it imports matplotlib

        left: list[Path] = []
        folder.mkdir(parents=True, exist_ok=True)
        for example in examples[:1]:
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

    def _enhance(self, stream: Stream, entry: Destination, batch_size: int, advance: Callable[[float], object]) -> None:
        source = entry.source
        gain = _peak(entry) if source.subtype in UNLIMITED else 1.0

        def heard() -> Iterator[Tensor]:
            for block in blocks(source.path, BLOCK_FRAMES):
                yield block / gain
                advance(block.shape[-1] / source.sample_rate_hz)

        with LimitedWriter(entry) as writer:
            for block in stream.through(heard(), sample_rate_hz=source.sample_rate_hz, frames=source.frames, batch_size=batch_size):
                writer.write(block * gain)


def _peak(entry: Destination) -> float:
    """The greatest sample of a file that may go beyond full scale, where generators know nothing; 1 if it does not."""
    return max(1.0, *(float(block.abs().max()) for block in blocks(entry.source.path, BLOCK_FRAMES)))
