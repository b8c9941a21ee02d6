"""What conversion is judged on: a sentence of one speaker, and the same sentence of the speaker whose voice is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jaxtyping import Float
from torch import Tensor

from sparring import Example
from sparring_audio import heard_lately

Wave = Float[Tensor, " time"]


@dataclass(frozen=True, kw_only=True)
class ConversionExample(Example):
    """One sentence to be converted: `source`, and `reference`, the target speaker's own reading, None where there is none.

    Waves are read when asked for, at `sample_rate_hz`, in [-1, 1]; the speakers are names. The two readings are not aligned.
    """

    sample_rate_hz: int
    source_speaker: str
    target_speaker: str
    source_path: Path
    reference_path: Path | None

    @property
    def source(self) -> Wave:
        return heard_lately(self.source_path, self.sample_rate_hz)

    @property
    def reference(self) -> Wave | None:
        return None if self.reference_path is None else heard_lately(self.reference_path, self.sample_rate_hz)
