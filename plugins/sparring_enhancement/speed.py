"""Speech at another speed, which moves pitch and formants along: a larger or a smaller speaker."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.fft import irfft, next_fast_len, rfft
from torch import Tensor

Hear = Callable[[int], Float[Tensor, " _"]]


@dataclass(frozen=True)
class Speed:
    """Speeds from `slowest` to `fastest`, drawn evenly over their logarithm; 1 is the speed of the recording."""

    slowest: float = 1.0
    fastest: float = 1.0

    def __call__(self, hear: Hear, draw: np.random.Generator, samples: int) -> Float[Tensor, " {samples}"]:
        """`samples` samples of what `hear(frames)` gives of a recording, at a drawn speed."""
        if self.slowest == self.fastest == 1:
            return hear(samples)
        speed = math.exp(draw.uniform(math.log(self.slowest), math.log(self.fastest)))
        frames: int = next_fast_len(round(samples * speed))  # type: ignore[assignment]
        return played(hear(frames), samples)


def played(wave: Float[Tensor, " _"], samples: int) -> Float[Tensor, " {samples}"]:
    """The whole wave in `samples` samples, by its spectrum; what a faster one cannot hold is left out."""
    spectrum = rfft(wave.numpy())[: samples // 2 + 1]
    return torch.from_numpy(irfft(spectrum, samples)) * (samples / len(wave))
