"""Which stretch of which recording a training sample is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import numpy as np


class ChunkNumbers:
    """Numbers the chunks of recordings of `frames` samples each: one every `hop_samples`, and what remains at the end is dropped.

    A recording shorter than a chunk is one chunk, so that it is not lost. With `shifted`, a chunk starts at a drawn place from its own up
    to that of the next.
    """

    def __init__(self, frames: Sequence[int], *, chunk_samples: int, hop_samples: int, shifted: bool = False) -> None:
        self.frames = tuple(frames)
        self.chunk_samples, self.hop_samples, self.shifted = chunk_samples, hop_samples, shifted
        self._ends = list(accumulate(max(length - chunk_samples, 0) // hop_samples + 1 for length in frames))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def at(self, index: int, draw: np.random.Generator) -> tuple[int, int]:
        """(recording, first sample) of chunk `index`."""
        recording = bisect_right(self._ends, index)
        start = (index - (self._ends[recording - 1] if recording else 0)) * self.hop_samples
        room = min(self.hop_samples - 1, self.frames[recording] - self.chunk_samples - start)
        return recording, start + (int(draw.integers(room + 1)) if self.shifted and room > 0 else 0)
