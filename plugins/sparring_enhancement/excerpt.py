"""A stretch of a recording at another rate, from no more of the file than it takes."""

from __future__ import annotations

import math

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from sparring_audio import AudioInfo, read, resample

# Periods of the lower rate that an excerpt reads beyond its ends, so that it is exact: more than any resampler's filter reaches.
REACH_PERIODS = 72


def frames_at(recording: AudioInfo, sample_rate_hz: int) -> int:
    """How many samples the recording has at another rate."""
    return -(-recording.frames * sample_rate_hz // recording.sample_rate_hz)


def excerpt(recording: AudioInfo, start: int, frames: int, *, sample_rate_hz: int, channel: int = 0) -> Float[Tensor, " {frames}"]:
    """`frames` samples of a channel at `sample_rate_hz` from number `start` on: the same as of the recording resampled whole, and zeros
    after its end.

    Raises `DataError`, naming the file, if what is read of it is damaged or not finite.
    """
    source_hz = recording.sample_rate_hz
    divisor = math.gcd(source_hz, sample_rate_hz)
    period, phases = source_hz // divisor, sample_rate_hz // divisor
    margin = 0 if period == phases else -(-REACH_PERIODS * source_hz // min(source_hz, sample_rate_hz))
    first = max(start // phases - -(-margin // period), 0)
    end = min(-(-(start + frames) // phases) * period + margin, recording.frames)
    wave, _ = read(recording.path, start=first * period, frames=end - first * period)
    heard = resample(wave[channel], source_hz, sample_rate_hz)[start - first * phases :][:frames]
    return functional.pad(heard, (0, frames - len(heard)))
