"""What enhancement is judged on: noisy speech, and the clean speech in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from sparring import Example

Wave = Float[Tensor, " time"]


@dataclass(frozen=True, kw_only=True)
class SpeechPair(Example):
    """One held-out utterance. `clean` and `noisy` are read when asked for, at `sample_rate_hz`, in [-1, 1], without pre-emphasis."""

    sample_rate_hz: int
    read: Callable[[], tuple[Wave, Wave]]

    @property
    def clean(self) -> Wave:
        return self.read()[0]

    @property
    def noisy(self) -> Wave:
        return self.read()[1]
