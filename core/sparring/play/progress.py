"""How far a run is: counted in steps and in samples seen, never in draws or wall-clock time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Before step `step` of `steps`, with `samples` training samples seen so far."""

    step: int
    samples: int
    steps: int

    @property
    def phase(self) -> float:
        """The share of the run that is behind, from 0 to 1."""
        return self.step / self.steps if self.steps else 1.0
