"""Recordings that are small enough to be held in memory."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from sparring_audio import AudioInfo
from sparring_enhancement.excerpt import excerpt, frames_at


class Memory:
    """Gives what `excerpt` gives, and reads every recording only once."""

    def __init__(self) -> None:
        self._waves: dict[AudioInfo, Tensor] = {}

    def excerpt(self, recording: AudioInfo, start: int, frames: int, *, sample_rate_hz: int) -> Float[Tensor, " {frames}"]:
        if recording not in self._waves:
            self._waves[recording] = excerpt(recording, 0, frames_at(recording, sample_rate_hz), sample_rate_hz=sample_rate_hz)
        heard = self._waves[recording][start : start + frames]
        return functional.pad(heard, (0, frames - len(heard)))
