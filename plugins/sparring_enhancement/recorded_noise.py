"""Noise from a recording, from a random place on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from torch import Tensor

from sparring_audio import AudioInfo
from sparring_enhancement.excerpt import excerpt, frames_at


@dataclass(frozen=True)
class RecordedNoise:
    """A noise as `sparring_audio.Noise` is one, but at the recording's own level: its first channel, repeated where it is too short."""

    recording: AudioInfo

    def __call__(self, draw: np.random.Generator, samples: int, sample_rate_hz: int) -> Float[Tensor, " {samples}"]:
        length = frames_at(self.recording, sample_rate_hz)
        if length < samples:
            whole = excerpt(self.recording, 0, length, sample_rate_hz=sample_rate_hz)
            return whole.repeat(-(-samples // length) + 1)[int(draw.integers(length)) :][:samples]
        return excerpt(self.recording, int(draw.integers(length - samples + 1)), samples, sample_rate_hz=sample_rate_hz)
