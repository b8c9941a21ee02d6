"""Cutting a wave into frames of equal length, and laying frames over each other again."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional


def frame(wave: Float[Tensor, "*channels time"], length: int, hop: int, *, pad: bool = False) -> Float[Tensor, "*channels frames length"]:
    """Frames of `length` samples, one every `hop`: a view of the wave, whose incomplete tail is left out.

    With `pad`, zeros complete the last frame instead (a copy), so that every sample is in a frame.
    """
    if pad:
        samples = wave.shape[-1]
        steps = max(-(-(samples - length) // hop), 0)
        wave = functional.pad(wave, (0, steps * hop + length - samples))
    elif wave.shape[-1] < length:
        return wave.new_empty((*wave.shape[:-1], 0, length))
    return wave.unfold(-1, length, hop)


def overlap_add(frames: Float[Tensor, "*channels frames length"], hop: int, *, samples: int) -> Float[Tensor, "*channels time"]:
    """The first `samples` samples of the wave whose frames these are, faded linearly into each other where they overlap.

    The weights of all frames sum to one at every sample, the first and the last included, so that this is the inverse of
    `frame(wave, length, hop, pad=True)`.
    """
    count, length = frames.shape[-2:]
    overlap = max(length - hop, 0)
    ramp = torch.arange(1, length + 1, dtype=frames.dtype, device=frames.device)
    fade = torch.minimum(ramp, ramp.flip(0)).clamp(max=overlap + 1) / (overlap + 1)
    total = (count - 1) * hop + length

    def laid(pieces: Tensor) -> Tensor:
        columns = pieces.reshape(-1, count, length).mT
        return functional.fold(columns, (1, total), (1, length), stride=(1, hop))[:, 0, 0]

    wave = laid(frames * fade) / laid(fade.expand(count, length))
    return wave.reshape(*frames.shape[:-2], total)[..., :samples]
