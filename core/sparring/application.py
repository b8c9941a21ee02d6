"""What a trained run can do for someone: enhance files, convert voices, draw images."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from sparring.data import Data, Example


@dataclass(frozen=True)
class Trained:
    """What an application works with: networks in evaluation mode on `device`, and how the run's task and data were configured.

    `task` and `data` hold the parameters of those components, defaults included, and `statistics` what the training data said of
    themselves, so that no data set is needed to apply a run; `open_data()` opens it for applications that do need it.
    """

    networks: Mapping[str, nn.Module]
    task: Mapping[str, Any]
    data: Mapping[str, Any]
    device: torch.device
    open_data: Callable[[], Data]
    label: str = ""
    statistics: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass
class Report:
    """What became of the inputs: files written, and the inputs that were skipped, each with the reason.

    `remarks` are sentences about what was done all the same, but perhaps not as meant.
    """

    written: list[Path] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class Application(ABC):
    """Built from a trained run. The keyword-only parameters of `apply` are the options of `sparring apply`.

    `inputs` says in words what `apply` takes ("audio files or folders"); empty for an application that makes things out of nothing.
    """

    inputs: ClassVar[str] = "files or folders"

    def __init__(self, trained: Trained) -> None:
        self.trained = trained

    @abstractmethod
    def apply(self, inputs: Sequence[str | Path], output: str | Path) -> Report:
        """Do it for files or folders. An input that cannot be used is named in the report and skipped."""

    @abstractmethod
    def answer(self, example: Example) -> Any:
        """What the run makes of one held-out example: this is what metrics judge."""

    def answers(self, examples: Sequence[Example]) -> Sequence[Any]:
        """The answers to several examples at once, for applications that are quicker so."""
        return [self.answer(example) for example in examples]

    def preview(self, examples: Sequence[Example], folder: Path) -> list[Path]:
        """Leave something to look at or listen to in `folder`, of one or a few of the examples; returns the files written, the most
        telling ones first."""
        return []
