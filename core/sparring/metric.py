"""How an output is judged against its held-out example, and what it is compared with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from torch import Tensor

from sparring.data import Data, Example, Split


class Metric(ABC):
    """A number per held-out example. `protocol` says everything that can change it: package, version, variant, rate."""

    unit: ClassVar[str] = ""
    higher_is_better: ClassVar[bool] = True
    decimals: ClassVar[int] = 2

    def prepare(self, data: Data) -> None:  # noqa: B027 (few have anything to do)
        """Called by every process before judging begins, for what depends on the data."""

    @abstractmethod
    def score(self, output: Any, example: Example) -> float:
        """The score of one output; NaN where it is not defined (silence, say)."""

    @abstractmethod
    def protocol(self) -> Mapping[str, str]:
        """What the number depends on, as text: scores with different protocols never share a column."""

    def remark(self) -> str:
        """A line for the foot of the table, where the number alone would not say what it is worth; asked for after judging."""
        return ""


class SetScore(NamedTuple):
    """The score of a set, and its spread where the protocol defines one (over splits, over subsets)."""

    value: float
    spread: float = float("nan")


class SetMetric(ABC):
    """A number for everything that a system made, taken together: how far its samples are from real ones, how many kinds there are.

    The set is walked through batch by batch; `remember` keeps of each what `score` needs, so that memory does not hold the samples.
    """

    unit: ClassVar[str] = ""
    higher_is_better: ClassVar[bool] = True
    decimals: ClassVar[int] = 2

    samples: int | None = None
    """How many answers the set has; None for one to each held-out example. More than there are examples: further draws of them."""

    def prepare(self, data: Data) -> None:  # noqa: B027 (few have anything to do)
        """Called by every process before judging begins, for what depends on the data."""

    @abstractmethod
    def remember(self, outputs: Sequence[Any], examples: Sequence[Example], data: Data) -> Tensor:
        """A row for each output, of shape (outputs, anything), on the CPU. Metrics that share an extractor share its work."""

    @abstractmethod
    def score(self, remembered: Tensor, examples: Sequence[Example], data: Data, split: Split) -> SetScore:
        """The score of all rows together, which are in the order of `examples`."""

    @abstractmethod
    def protocol(self) -> Mapping[str, str]:
        """What the number depends on, as text; asked for after `score`."""

    def remark(self) -> str:
        """A line for the foot of the table, where the number alone would not say what it is worth; asked for after judging."""
        return ""


class Baseline(ABC):
    """A system without training that every scorecard recomputes on the same examples."""

    def prepare(self, data: Data) -> None:  # noqa: B027 (few have anything to do)
        """Called by every process before judging begins, for what depends on the data."""

    @abstractmethod
    def answer(self, example: Example) -> Any:
        """What the baseline makes of one held-out example."""
