"""Bands: overlapping ranges of the dimensions of features, cut apart for a game each and joined again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

import torch
from jaxtyping import Float
from torch import Tensor

Features = Float[Tensor, "*batch dims frames"]
Banded = Float[Tensor, "*batch rows frames"]


@dataclass(frozen=True)
class Bands:
    """`count` bands of `dims` dimensions, each from a multiple of dims // count to `overlap` dimensions into the next one.

    The last one ends at `dims`. 1024 dimensions in 4 bands that overlap by 64 are 1-320, 257-576, 513-832 and 769-1024 (Kaneko, Takaki,
    Kameoka, Yamagishi 2017). Banded features have the rows of all bands, one band below the other. Raises `ValueError` for bands without
    a dimension, and for overlaps that reach beyond the next band or into nothing.
    """

    dims: int
    count: int = 1
    overlap: int = 0

    def __post_init__(self) -> None:
        if self.dims < 1 or self.count < 1:
            raise ValueError(f"dims and bands count from 1, but are {self.dims} and {self.count}")
        if self.count > self.dims:
            raise ValueError(f"{self.dims} dimensions cannot be cut into {self.count} bands: take at most {self.dims}")
        if self.overlap and self.count == 1:
            raise ValueError(f"a single band has no neighbour to overlap with by {self.overlap}: leave `overlap` out, or take more bands")
        if not 0 <= self.overlap <= self.dims // self.count:
            raise ValueError(
                f"bands that begin every {self.dims // self.count} dimensions overlap by at most as many, and by none at least, "
                f"not by {self.overlap}: take a smaller `overlap`, or fewer bands"
            )

    @cached_property
    def slices(self) -> tuple[slice, ...]:
        """The dimensions of each band."""
        starts = [band * (self.dims // self.count) for band in range(self.count)]
        ends = [start + self.overlap for start in starts[1:]]
        return tuple(map(slice, starts, [*ends, self.dims]))

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """How many dimensions each band has."""
        return tuple(one.stop - one.start for one in self.slices)

    @property
    def rows(self) -> int:
        """The height of banded features: the widths of all bands."""
        return sum(self.widths)

    @cached_property
    def parts(self) -> tuple[slice, ...]:
        """The rows of each band in banded features."""
        return tuple(slice(*ends) for ends in pairwise(accumulate(self.widths, initial=0)))

    def cut(self, features: Features) -> Banded:
        """Banded features: what bands share is in both. Raises `ValueError` for features of other dimensions."""
        if features.shape[-2] != self.dims:
            raise ValueError(f"these bands are of {self.dims} dimensions, the features have {features.shape[-2]}: make bands of as many")
        return torch.cat([features[..., one, :] for one in self.slices], dim=-2)

    def join(self, banded: Banded) -> Features:
        """Features again: where two bands overlap, their mean by the halves of a Hamming window of twice the overlap.

        The lower band fades out as the upper one fades in, and both weights add up to one. `join(cut(features))` are the features, up to
        rounding.
        """
        weighted = banded * self._weights.to(banded)
        joined = banded.new_zeros(*banded.shape[:-2], self.dims, banded.shape[-1])
        for one, band in zip(self.slices, weighted.split(self.widths, dim=-2), strict=True):
            joined[..., one, :] += band
        return joined

    @cached_property
    def _weights(self) -> Float[Tensor, "rows 1"]:
        """What each row counts for in the features."""
        weights = torch.ones(self.rows, 1, dtype=torch.float64)
        if self.overlap:
            rising, falling = torch.hamming_window(2 * self.overlap, periodic=False, dtype=torch.float64)[:, None].split(self.overlap)
            for lower, upper in pairwise(self.parts):
                weights[lower.stop - self.overlap : lower.stop] *= falling / (rising + falling)
                weights[upper.start : upper.start + self.overlap] *= rising / (rising + falling)
        return weights
