"""A signal on its way through a generator and back, block by block, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from jaxtyping import Float
from torch import Tensor, nn

from sparring import GameError
from sparring_audio import StreamingResampler, deemphasise, preemphasise
from sparring_enhancement.overlap import Overlap

Blocks = Iterable[Float[Tensor, "channels _"]]


class Stream:
    """Everything between the samples of a file and its enhanced samples: resampling, pre-emphasis, chunks, the generator, and all of it
    back.

    What is before the first sample counts as silence, and the pre-emphasis runs through the whole signal, so that nothing depends on
    where blocks or chunks begin. A generator with a latent gets zeros, the mode of what it was trained with: fresh draws would make the
    output depend on the chunks.
    """

    def __init__(self, generator: nn.Module, overlap: Overlap, *, sample_rate_hz: int, preemphasis: float, device: torch.device) -> None:
        self.generator, self.overlap, self.device = generator, overlap, device
        self.sample_rate_hz, self.preemphasis = sample_rate_hz, preemphasis

    def through(self, blocks: Blocks, *, sample_rate_hz: int, frames: int, batch_size: int) -> Iterator[Float[Tensor, "channels _"]]:
        """The enhanced signal, `frames` samples at the rate of the blocks. Every channel is enhanced by itself."""
        heard = preemphasised(resampled(blocks, sample_rate_hz, self.sample_rate_hz), self.preemphasis)
        made = deemphasised(self.overlap.through(self.generate, heard, batch_size=batch_size), self.preemphasis)
        return limited(resampled(made, self.sample_rate_hz, sample_rate_hz), frames)

    def generate(self, noisy: Float[Tensor, "rows 1 time"]) -> Float[Tensor, "rows 1 time"]:
        """Raises `GameError` for a generator that changes the length of its input or makes what is no number."""
        rows, _, time = noisy.shape
        shape = self.generator.latent_shape(time) if hasattr(self.generator, "latent_shape") else None  # type: ignore[operator]
        with torch.inference_mode():
            inputs = noisy.to(self.device)
            enhanced = self.generator(inputs) if shape is None else self.generator(inputs, inputs.new_zeros(rows, *shape))
        if enhanced.shape != noisy.shape:
            raise GameError(f"the generator made {tuple(enhanced.shape)} of {tuple(noisy.shape)}: an enhancer keeps the shape of its input")
        if not enhanced.isfinite().all():
            raise GameError(
                "the generator made NaN or infinity: the run went wrong, or its weights are damaged; take an earlier checkpoint"
            )
        return enhanced.float().cpu()


def resampled(blocks: Blocks, from_hz: int, to_hz: int) -> Iterator[Tensor]:
    if from_hz == to_hz:
        yield from blocks
        return
    resampler = StreamingResampler(from_hz, to_hz)
    for block in blocks:
        ready = resampler.push(block)
        if ready.shape[-1]:
            yield ready
    yield resampler.finish()


def preemphasised(blocks: Blocks, coefficient: float) -> Iterator[Tensor]:
    before: Tensor | None = None
    for block in blocks:
        yield preemphasise(block, coefficient, before=before)
        before = block[..., -1]


def deemphasised(blocks: Blocks, coefficient: float) -> Iterator[Tensor]:
    before: Tensor | None = None
    for block in blocks:
        lifted = deemphasise(block, coefficient, before=before)
        yield lifted
        before = lifted[..., -1]


def limited(blocks: Blocks, frames: int) -> Iterator[Tensor]:
    """The first `frames` samples: resampling there and back adds a few."""
    for block in blocks:
        yield block[..., :frames]
        frames -= min(frames, block.shape[-1])
