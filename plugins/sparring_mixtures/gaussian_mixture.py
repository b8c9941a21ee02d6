"""Points of a mixture of Gaussians as data: there are always new ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field
from torch import Tensor

from sparring import Data, Example, Split
from sparring_mixtures.mixture import Point, Shape, grid, ring

SHAPES = {"ring": (ring, 8), "grid": (grid, 25)}


@dataclass(frozen=True, kw_only=True)
class PointExample(Example):
    """One point of the mixture that no player is shown."""

    point: Point


class GaussianMixture(Data):
    """A ring of 8 or a grid of 25 Gaussians in the plane, of about unit size (the toy data of WGAN-GP, Gulrajani et al. 2017).

    `modes` is another number of them, `length` the points that are called an epoch (each epoch has new ones), `held_out` the number of
    examples of each split. Raises `ValueError` for a grid that is not square.
    """

    fields: ClassVar[tuple[str, ...]] = ("real",)

    def __init__(
        self,
        *,
        shape: Shape = "ring",
        modes: Annotated[int, Field(ge=1)] | None = None,
        length: Annotated[int, Field(ge=1)] = 100_000,
        held_out: Annotated[int, Field(ge=1)] = 2500,
    ) -> None:
        make, usual = SHAPES[shape]
        self.shape, self.length, self.held_out = shape, length, held_out
        self.mixture = make(usual if modes is None else modes)

    def __len__(self) -> int:
        return self.length

    def sample(self, index: int, draw: np.random.Generator) -> Mapping[str, Tensor]:
        return {"real": self.mixture.point(draw)}

    def examples(self, split: Split) -> Sequence[PointExample]:
        return [PointExample(name, point=self.mixture.point(keyed(name))) for name in (f"{split}-{n:05d}" for n in range(self.held_out))]

    def fingerprint(self) -> str:
        mixture = self.mixture
        return hashlib.sha256(mixture.centres.tobytes() + repr((mixture.deviation, self.length, self.held_out)).encode()).hexdigest()

    def describe(self) -> str:
        return f"a {self.shape} of {self.mixture.modes} Gaussians, standard deviation {self.mixture.deviation:.4f}"


def keyed(name: str) -> np.random.Generator:
    """A generator for the draws of what has this name."""
    return np.random.Generator(np.random.Philox(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")))
