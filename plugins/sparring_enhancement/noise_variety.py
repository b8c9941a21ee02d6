"""More noises than there are: pairs of them, and each in other colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float
from scipy.fft import irfft, rfft
from torch import Tensor

from sparring_audio import Noise

KNOTS = 6
SPREAD_DB = 8.0
QUIETER_DB = 10.0


@dataclass(frozen=True)
class NoiseVariety:
    """What is drawn for a training sample: one of the noises, and changes to it that each have a chance of their own.

    `mixed_share`: another noise is added, up to 10 dB below the first. `coloured_share`: a random filter, smooth in frequency, with a
    standard deviation of 8 dB.
    """

    noises: Sequence[Noise]
    mixed_share: float = 0.0
    coloured_share: float = 0.0

    def __call__(self, draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " {samples}"]:
        noise = self._one(draw, samples, sample_rate_hz)
        if self.mixed_share and draw.random() < self.mixed_share:
            other = self._one(draw, samples, sample_rate_hz)
            noise = _unit(noise) + 10 ** (-draw.uniform(0, QUIETER_DB) / 20) * _unit(other)
        return coloured(noise, draw) if self.coloured_share and draw.random() < self.coloured_share else noise

    def _one(self, draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Tensor:
        return self.noises[int(draw.integers(len(self.noises)))](draw, samples, sample_rate_hz)


def coloured(noise: Float[Tensor, " time"], draw: np.random.Generator) -> Float[Tensor, " time"]:
    """The noise through a filter whose gain in dB is piecewise linear over the square root of frequency, through normal draws."""
    samples = len(noise)
    gain_db = _hats(samples // 2 + 1) @ draw.normal(0, SPREAD_DB, KNOTS).astype(np.float32)
    return torch.from_numpy(irfft(rfft(noise.numpy()) * np.exp(np.float32(math.log(10) / 20) * gain_db), samples))


@lru_cache(maxsize=4)
def _hats(bins: int) -> np.ndarray:
    """(bin, knot): the weights of linear interpolation between knots that are equally far apart over the square root of frequency."""
    position = np.sqrt(np.linspace(0, 1, bins, dtype=np.float32)) * (KNOTS - 1)
    return np.maximum(1 - np.abs(position[:, None] - np.arange(KNOTS, dtype=np.float32)), 0)


def _unit(noise: Tensor) -> Tensor:
    """At a root mean square of one; silence stays silence."""
    power = noise.square().mean()
    return noise / power.sqrt() if power > 0 else noise
