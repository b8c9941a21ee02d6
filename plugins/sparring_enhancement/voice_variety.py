"""More voices than there are: at other speeds, in other colours, and with other phases."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from jaxtyping import Float
from torch import Tensor

from sparring_audio import resample
from sparring_enhancement.colouring import coloured, dispersed

COLOUR_DB = 5.0

# Speeds are taken as fractions like 11/10 or 17/20, which are cheap to resample by.
LARGEST_DENOMINATOR = 20


@dataclass(frozen=True)
class VoiceVariety:
    """What is done to the speech of a training sample.

    It is played at one of `speeds`, which moves pitch and formants along, as of a larger or a smaller speaker. With a chance of
    `coloured_share` it goes through a random filter, smooth in frequency, with a standard deviation of 5 dB, and with one of
    `dispersed_share` through a random all-pass filter. Its energy stays.
    """

    speeds: Sequence[float] = (1.0,)
    coloured_share: float = 0.0
    dispersed_share: float = 0.0

    def __call__(
        self, hear: Callable[[int], Float[Tensor, " time"]], draw: np.random.Generator, samples: int, sample_rate_hz: int
    ) -> Float[Tensor, " {samples}"]:
        """`samples` samples of what `hear(frames)` gives of a recording."""
        ratio = Fraction(self.speeds[int(draw.integers(len(self.speeds)))]).limit_denominator(LARGEST_DENOMINATOR)
        voice = resample(hear(math.ceil(samples * ratio)), ratio.numerator, ratio.denominator)[:samples]
        if self.coloured_share and draw.random() < self.coloured_share:
            voice = coloured(voice, draw, spread_db=COLOUR_DB)
        if self.dispersed_share and draw.random() < self.dispersed_share:
            voice = dispersed(voice, draw, sample_rate_hz=sample_rate_hz)
        return voice
