"""Draws keyed by what they are for, over the global batch, of which each process takes its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sparring.play.key import fold


@dataclass(frozen=True)
class Rows:
    """Which rows of a batch of `total` are here: `count` from `start` on."""

    start: int
    count: int
    total: int


class Noise:
    """A source of draws. The same key gives the same draws whatever was drawn before, and however many processes share the batch."""

    def __init__(self, key: Sequence[int | str], rows: Rows, device: torch.device) -> None:
        self.key, self.rows, self.device = tuple(key), rows, device
        self.calls = 0

    def normal(self, *shape: int) -> Tensor:
        """Standard normal draws of shape (batch, *shape)."""
        return self._here(torch.randn(self.rows.total, *shape, generator=self._generator()))

    def uniform(self, *shape: int) -> Tensor:
        """Draws from [0, 1) of shape (batch, *shape)."""
        return self._here(torch.rand(self.rows.total, *shape, generator=self._generator()))

    def integers(self, high: int, *shape: int) -> Tensor:
        """Whole numbers from 0 to `high` - 1, of shape (batch, *shape)."""
        return self._here(torch.randint(high, (self.rows.total, *shape), generator=self._generator()))

    def _generator(self) -> torch.Generator:
        self.calls += 1
        return torch.Generator().manual_seed(fold(*self.key, self.calls))

    def _here(self, draws: Tensor) -> Tensor:
        return draws.narrow(0, self.rows.start, self.rows.count).to(self.device, non_blocking=True)
