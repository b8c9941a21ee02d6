"""Mixtures of Gaussians in the plane, on which GANs have been shown to lose modes since 2016."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

Shape = Literal["ring", "grid"]
Point = Float[Tensor, " 2"]
Points = Float[Tensor, "batch 2"]

# WGAN-GP's toy distributions: the unscaled distance from the centre or between neighbours, deviation, and what both are divided by.
RING_RADIUS, RING_DEVIATION, RING_SCALE = 2.0, 0.02, 1.414
GRID_SPACING, GRID_DEVIATION, GRID_SCALE = 2.0, 0.05, 2.828


class Nearest(NamedTuple):
    """Of each point, the number of the nearest mode, and how many standard deviations it is away from its centre."""

    mode: Int[Tensor, " batch"]
    deviations: Float[Tensor, " batch"]


@dataclass(frozen=True)
class Mixture:
    """Equally likely round Gaussians of one standard deviation."""

    centres: Float[np.ndarray, "modes 2"]
    deviation: float

    @property
    def modes(self) -> int:
        return len(self.centres)

    def point(self, draw: np.random.Generator) -> Point:
        """One point of the mixture."""
        centre = self.centres[int(draw.integers(self.modes))]
        return torch.from_numpy(centre + np.float32(self.deviation) * draw.standard_normal(2, dtype=np.float32))

    def nearest(self, points: Points) -> Nearest:
        distances, modes = torch.cdist(points.double(), torch.from_numpy(self.centres).double()).min(dim=1)
        return Nearest(modes, distances / self.deviation)


def ring(modes: int) -> Mixture:
    """Centres every 360°/modes on a circle (Gulrajani et al. 2017, arXiv 1704.00028: radius 2, deviation .02, divided by 1.414)."""
    angles = 2 * math.pi * np.arange(modes) / modes
    centres = RING_RADIUS / RING_SCALE * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return Mixture(centres.astype(np.float32), RING_DEVIATION / RING_SCALE)


def grid(modes: int) -> Mixture:
    """Centres on a square grid about zero (Gulrajani et al. 2017: 2·{-2…2}², deviation .05, divided by 2.828).

    Raises `ValueError` if `modes` is no square number.
    """
    side = math.isqrt(modes)
    if side * side != modes:
        raise ValueError(f"a grid has a square number of modes, not {modes}: choose {side * side} or {(side + 1) ** 2}")
    places = GRID_SPACING / GRID_SCALE * (np.arange(side) - (side - 1) / 2)
    centres = np.stack(np.meshgrid(places, places, indexing="ij"), axis=-1).reshape(-1, 2)
    return Mixture(centres.astype(np.float32), GRID_DEVIATION / GRID_SCALE)
