"""Shifts of samples along an axis, each by its own number of places."""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Int
from torch import Tensor


def reflected(position: Tensor, size: int) -> Tensor:
    """Positions beyond the ends of 0 … size - 1 come back as from a mirror, however far they are; an end is not repeated."""
    period = max(2 * (size - 1), 1)
    position = position.remainder(period)
    return torch.minimum(position, period - position)


def shifted(batch: Tensor, by: Int[Tensor, " batch"], *, axis: int, padding: Literal["reflect", "zero"]) -> Tensor:
    """Every sample moved towards higher positions by its own number of places; differentiable as often as one likes."""
    size = batch.shape[axis]
    source = torch.arange(size, device=batch.device) - by[:, None]
    along = [len(batch), *[1] * (batch.ndim - 1)]
    along[axis] = size
    index = reflected(source, size) if padding == "reflect" else source.clamp(0, size - 1)
    moved = batch.gather(axis, index.view(along).expand_as(batch))
    if padding == "reflect":
        return moved
    inside = (source >= 0) & (source < size)
    return torch.where(inside.view(along), moved, 0.0)
