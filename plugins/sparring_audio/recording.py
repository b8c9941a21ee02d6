"""Recordings as speech is analysed: one channel, at the rate of the run."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jaxtyping import Float
from torch import Tensor

from sparring_audio.reading import read
from sparring_audio.resampling import resample


def heard(path: Path, sample_rate_hz: int) -> Float[Tensor, " time"]:
    """The mean of a file's channels at `sample_rate_hz`, in [-1, 1]. Raises `DataError`, naming the file, if it is damaged."""
    wave, rate = read(path)
    return resample(wave.mean(dim=0), rate, sample_rate_hz)


# Metrics ask for the two ends of an example several times in a row.
heard_lately = lru_cache(maxsize=8)(heard)
