"""The order of samples as a function of (seed, epoch): nothing to save, nothing to restore."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from torch.utils.data import Sampler

from sparring.play.key import generator


class Stream:
    """An endless stream of samples: every epoch is a fresh permutation, and a batch may reach over the end of one into the next.

    Position `p` of the stream is sample `order(epoch)[p mod N]` of epoch `p div N`.
    """

    def __init__(self, length: int, seed: int) -> None:
        self.length, self.seed = length, seed
        self._order = lru_cache(maxsize=2)(self._permutation)

    def _permutation(self, epoch: int) -> np.ndarray:
        return generator(self.seed, "order", epoch).permutation(self.length)

    def at(self, position: int) -> tuple[int, int]:
        """(epoch, sample) at a position of the stream."""
        epoch, offset = divmod(position, self.length)
        return epoch, int(self._order(epoch)[offset])


class Positions(Sampler[list[int]]):
    """The stream positions of this process's part of each global batch, from sample `start` of the stream to `end`."""

    def __init__(self, *, start: int, end: int, batch_size: int, rank: int, world: int) -> None:
        self.start, self.end, self.batch_size = start, end, batch_size
        self.local = batch_size // world
        self.offset = rank * self.local

    def __iter__(self) -> Iterator[list[int]]:
        for first in range(self.start, self.end, self.batch_size):
            yield list(range(first + self.offset, first + self.offset + self.local))
