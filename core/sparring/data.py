"""What a task plays with: training samples by number, and held-out examples to be judged on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from torch import Tensor

Split = Literal["train", "validation", "test"]


@dataclass(frozen=True)
class Example:
    """One held-out example. `conditions` become columns of the per-file table (for speech: noise kind, SNR).

    `draw` tells apart several answers to one example, where an answer is drawn at random.
    """

    name: str
    conditions: Mapping[str, str | float] = field(default_factory=dict, kw_only=True)
    draw: int = field(default=0, kw_only=True)


class Data(ABC):
    """A map from sample numbers to samples; its constructor's signature is its configuration.

    `fields` names the tensors of a sample: they are the leaves of the task's graph.
    Bad data raises `DataError`, with every problem in one message, in the constructor.
    """

    fields: ClassVar[tuple[str, ...]]

    @abstractmethod
    def __len__(self) -> int:
        """The number of training samples: an epoch."""

    @abstractmethod
    def sample(self, index: int, draw: np.random.Generator) -> Mapping[str, Tensor]:
        """Training sample `index`, without batch axis; every random choice comes from `draw`, keyed by (seed, epoch, index)."""

    @abstractmethod
    def examples(self, split: Split) -> Sequence[Example]:
        """Held-out examples, read when asked for one. `validation` chooses checkpoints, `test` makes scorecards.

        `train` are the training samples as they are, without augmentation, for scores of sets that compare with them; data that cannot
        give them raise `DataError`.
        """

    def facts(self) -> Mapping[str, int]:
        """What tasks and networks may want to know of the data, by the names of their options: `image_size`, `channels`, `classes`.

        Where a recipe leaves such an option out, it is filled in; where it says otherwise, the recipe is refused.
        """
        return {}

    def statistics(self) -> Mapping[str, Tensor]:
        """What a trained run must know of its training data to be applied without them: how features were normalised, say.

        Kept in every checkpoint, and handed to applications as `Trained.statistics`.
        """
        return {}

    @abstractmethod
    def fingerprint(self) -> str:
        """A hash that changes when the data change; a run refuses to resume on other data."""

    @abstractmethod
    def describe(self) -> str:
        """One line for people: what this is, how much of it, and where it came from."""
