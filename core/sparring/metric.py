"""How an output is judged against its held-out example, and what it is compared with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from sparring.data import Example


class Metric(ABC):
    """A number per held-out example. `protocol` says everything that can change it: package, version, variant, rate."""

    unit: ClassVar[str] = ""
    higher_is_better: ClassVar[bool] = True
    decimals: ClassVar[int] = 2

    @abstractmethod
    def score(self, output: Any, example: Example) -> float:
        """The score of one output; NaN where it is not defined (silence, say)."""

    @abstractmethod
    def protocol(self) -> Mapping[str, str]:
        """What the number depends on, as text: scores with different protocols never share a column."""


class Baseline(ABC):
    """A system without training that every scorecard recomputes on the same examples."""

    @abstractmethod
    def answer(self, example: Example) -> Any:
        """What the baseline makes of one held-out example."""
