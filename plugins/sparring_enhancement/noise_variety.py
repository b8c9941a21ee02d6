"""More noises than there are: pairs of them, and each in other colours and rhythms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from sparring_audio import Noise
from sparring_enhancement.colouring import coloured

COLOUR_DB = 8.0
QUIETER_DB = 10.0


@dataclass(frozen=True)
class NoiseVariety:
    """What is drawn for a training sample: one of the noises, and changes to it that each have a chance of their own.

    `mixed_share`: another noise is added, up to 10 dB below the first. `coloured_share`: a random filter, smooth in frequency, with a
    standard deviation of 8 dB. `modulated_share`: a sine on the amplitude.
    """

    noises: Sequence[Noise]
    mixed_share: float = 0.0
    coloured_share: float = 0.0
    modulated_share: float = 0.0

    def __call__(self, draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " {samples}"]:
        noise = self._one(draw, samples, sample_rate_hz)
        if self.mixed_share and draw.random() < self.mixed_share:
            other = self._one(draw, samples, sample_rate_hz)
            noise = _unit(noise) + 10 ** (-draw.uniform(0, QUIETER_DB) / 20) * _unit(other)
        if self.coloured_share and draw.random() < self.coloured_share:
            noise = coloured(noise, draw, spread_db=COLOUR_DB)
        if self.modulated_share and draw.random() < self.modulated_share:
            noise = modulated(noise, draw, sample_rate_hz=sample_rate_hz)
        return noise

    def _one(self, draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Tensor:
        return self.noises[int(draw.integers(len(self.noises)))](draw, samples, sample_rate_hz)


def modulated(noise: Float[Tensor, " time"], draw: np.random.Generator, *, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """The noise with a sine on its amplitude: 0.5 to 20 times a second, 0.3 to 0.95 deep."""
    depth, turns = draw.uniform(0.3, 0.95), draw.uniform(0.5, 20)
    phase = 2 * math.pi * (torch.arange(len(noise), dtype=torch.float32) * (turns / sample_rate_hz) + draw.random())
    return noise * (1 + depth * phase.sin())


def _unit(noise: Tensor) -> Tensor:
    """At a root mean square of one; silence stays silence."""
    power = noise.square().mean()
    return noise / power.sqrt() if power > 0 else noise
