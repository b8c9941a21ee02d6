"""Chunks of an endless signal through a generator, and together again without seams."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

Generate = Callable[[Float[Tensor, "rows 1 chunk"]], Float[Tensor, "rows 1 chunk"]]


class Overlap:
    """Chunks of `chunk_samples`, of which consecutive ones share `overlap_samples`.

    A chunk counts only in its middle: what a generator makes near the edges of a chunk is spoilt by the zeros that it saw beyond them. Of
    the overlap, the middle quarter is a fade from one chunk to the next, whose weights sum to one at every sample; the rest is context,
    heard by the generator and thrown away. Where the chunks lie is a function of the position in the signal alone: chunk k counts from k
    * hop_samples on, and before the signal and after it are zeros. With no overlap the chunks lie side by side, as in the published
    SEGAN.
    """

    def __init__(self, *, chunk_samples: int, overlap_samples: int) -> None:
        if not 0 <= overlap_samples <= 4 * chunk_samples // 5:
            most = 4 * chunk_samples // 5
            raise ValueError(f"an overlap of {overlap_samples} samples does not fit chunks of {chunk_samples}: give one from 0 to {most}")
        self.chunk_samples = chunk_samples
        self.hop_samples = chunk_samples - overlap_samples
        self.fade_samples = overlap_samples // 4
        self.context_samples = (overlap_samples - self.fade_samples) // 2
        phase = (torch.arange(self.fade_samples, dtype=torch.float32) + 0.5) / max(self.fade_samples, 1)
        rise = (math.pi / 2 * phase).sin().square()
        self.weights = torch.cat((rise, torch.ones(self.hop_samples - self.fade_samples), rise.flip(0)))

    def through(
        self, generate: Generate, blocks: Iterable[Float[Tensor, "channels _"]], *, batch_size: int
    ) -> Iterator[Float[Tensor, "channels _"]]:
        """The signal that arrives in blocks, generated: as many samples, in blocks of other sizes.

        Every channel is a signal of its own; chunks of several channels and positions share a batch of at most `batch_size`.
        """
        blocks = iter(blocks)
        first = next(blocks, None)
        if first is None:
            return
        group = max(batch_size // len(first), 1)
        span = (group - 1) * self.hop_samples + self.chunk_samples
        lead = self.context_samples + self.fade_samples
        waiting = torch.cat((first.new_zeros(len(first), lead), first), dim=-1)
        carried = first.new_zeros(len(first), self.fade_samples)
        taken, given, ended = first.shape[-1], -self.fade_samples, False
        while True:
            while waiting.shape[-1] < span and not ended:
                block = next(blocks, None)
                ended = block is None
                if block is not None:
                    taken += block.shape[-1]
                    waiting = torch.cat((waiting, block), dim=-1)
            if ended:
                if given >= taken:
                    return
                group = min(group, -(-(taken - given) // self.hop_samples))
                span = (group - 1) * self.hop_samples + self.chunk_samples
                waiting = functional.pad(waiting, (0, max(span - waiting.shape[-1], 0)))
            laid, carried = self._laid(generate, waiting[:, :span], carried, batch_size)
            waiting = waiting[:, group * self.hop_samples :]
            yield laid[:, max(-given, 0) : taken - given]
            given += group * self.hop_samples

    def _laid(self, generate: Generate, span: Tensor, carried: Tensor, batch_size: int) -> tuple[Tensor, Tensor]:
        """The finished samples of the chunks in `span`, and the fade that waits for the next chunk."""
        chunks = span.unfold(-1, self.chunk_samples, self.hop_samples)
        rows = rearrange(chunks, "channels chunks time -> (channels chunks) 1 time")
        made = torch.cat([generate(part) for part in rows.split(batch_size)])
        counting = made[..., self.context_samples : self.context_samples + len(self.weights)] * self.weights
        pieces = rearrange(counting, "(channels chunks) 1 time -> channels chunks time", channels=len(span))
        laid = pieces[..., : self.hop_samples].clone()
        fades = torch.cat((carried[:, None], pieces[:, :-1, self.hop_samples :]), dim=1)
        laid[..., : self.fade_samples] += fades
        return rearrange(laid, "channels chunks time -> channels (chunks time)"), pieces[:, -1, self.hop_samples :]
