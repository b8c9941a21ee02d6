"""Random filters, smooth in frequency: other microphones, rooms and speakers than there are."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float
from scipy.fft import irfft, rfft
from torch import Tensor

GAIN_KNOTS = 6
DELAY_KNOTS = 8
LEAST_DELAY_SECONDS = 1e-4
LARGEST_DELAY_SECONDS = 2e-3


def coloured(wave: Float[Tensor, " time"], draw: np.random.Generator, *, spread_db: float) -> Float[Tensor, " time"]:
    """The wave through a filter whose gain in dB is piecewise linear over the square root of frequency, through normal draws; of the same energy."""
    gain_db = hats(len(wave) // 2 + 1, GAIN_KNOTS) @ draw.normal(0, spread_db, GAIN_KNOTS).astype(np.float32)
    return _filtered(wave, np.exp(np.float32(math.log(10) / 20) * gain_db))


def dispersed(wave: Float[Tensor, " time"], draw: np.random.Generator, *, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """The wave through a random all-pass filter: a spectrum of the same strength at other phases, and so a waveform of another shape.

    Its group delay is piecewise linear over the square root of frequency, through normal draws with a deviation of 0.1 to 2 ms, itself drawn.
    """
    deviation = math.exp(draw.uniform(math.log(LEAST_DELAY_SECONDS), math.log(LARGEST_DELAY_SECONDS)))
    delay_seconds = hats(len(wave) // 2 + 1, DELAY_KNOTS) @ draw.normal(0, deviation, DELAY_KNOTS).astype(np.float32)
    turns = np.cumsum(delay_seconds, dtype=np.float64) * (sample_rate_hz / len(wave))
    phase = (2 * np.pi * (turns % 1)).astype(np.float32)
    return _filtered(wave, np.cos(phase) - 1j * np.sin(phase))


@lru_cache(maxsize=8)
def hats(bins: int, knots: int) -> np.ndarray:
    """(bin, knot): the weights of linear interpolation between knots that are equally far apart over the square root of frequency."""
    position = np.sqrt(np.linspace(0, 1, bins, dtype=np.float32)) * (knots - 1)
    return np.maximum(1 - np.abs(position[:, None] - np.arange(knots, dtype=np.float32)), 0)


def _filtered(wave: Tensor, response: np.ndarray) -> Tensor:
    filtered = torch.from_numpy(irfft(rfft(wave.numpy()) * response, len(wave)))
    energy = filtered.square().sum()
    return filtered * (wave.square().sum() / energy).sqrt() if energy > 0 else filtered
