"""Which classes a generator makes, and whether it makes the one that is asked for, by the classifier that is trained on the data."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float64
from torch import Tensor

from sparring import Data, Example, SetMetric, SetScore, Split
from sparring_vision.extractor import extractor_for, prepare_extractor
from sparring_vision.real_images import carried, classes_of
from sparring_vision.settings import settings


class ClassMetric(SetMetric):
    """Keeps the class that the classifier sees in each sample. `samples`: how many, by default one for each judged example.

    Not defined (NaN) where the data have no classes.
    """

    def __init__(self, *, samples: int | None = None) -> None:
        self.samples = settings(samples=samples).samples
        self._judged: dict[str, str] = {}

    def prepare(self, data: Data) -> None:
        """Train or load the classifier; all processes call this at the same moment."""
        prepare_extractor(data, "classifier")

    def remember(self, outputs: Sequence[Any], examples: Sequence[Example], data: Data) -> Tensor:
        """The predicted classes (outputs, 1), int64."""
        return extractor_for(data, "classifier").logits(outputs).argmax(dim=1, keepdim=True)

    def score(self, remembered: Tensor, examples: Sequence[Example], data: Data, split: Split) -> SetScore:
        """What `of_classes` says, where there are classes."""
        self._judged = {**extractor_for(data, "classifier").protocol(), "samples": f"{len(remembered)}"}
        return SetScore(self.of_classes(remembered, examples, data, split) if classes_of(data) else math.nan)

    @abstractmethod
    def of_classes(self, remembered: Tensor, examples: Sequence[Example], data: Data, split: Split) -> float:
        """The score of predicted classes (samples, 1), for data with classes."""

    def protocol(self) -> Mapping[str, str]:
        """The classifier, the hash of its weights, its accuracy, and the number of samples."""
        return self._judged


class ClassesCovered(ClassMetric):
    """How many classes get at least a tenth of an even share of the samples: 1 / (10 × classes).

    Source: the mode counting of Metz et al. 2017, Unrolled GANs, with a bound, since the classifier errs.
    """

    decimals = 0

    def of_classes(self, remembered: Tensor, examples: Sequence[Example], data: Data, split: Split) -> float:
        classes = classes_of(data)
        self._judged["classes"] = f"{classes}, each with at least {1 / (10 * classes):.4g} of the samples"
        return float((shares(remembered[:, 0], classes=classes) >= 1 / (10 * classes)).sum())


class ClassDivergence(ClassMetric):
    """KL(classes of the samples ‖ classes of the judged images) in nats: 0 where all kinds are as frequent as they should be.

    Infinite where samples fall into a class of which no judged image is. Source: as `ClassesCovered`.
    """

    unit = "nats"
    higher_is_better = False
    decimals = 3

    def of_classes(self, remembered: Tensor, examples: Sequence[Example], data: Data, split: Split) -> float:
        classes, real = classes_of(data), data.examples(split)
        labels = torch.tensor([carried(example, "label") for example in real])
        self._judged["reference"] = f"labels of {split}, {len(real)} images"
        return divergence(shares(remembered[:, 0], classes=classes), shares(labels, classes=classes))


class ClassAccuracy(ClassMetric):
    """The share of samples in which the classifier sees the class that was asked for: `label` of the example."""

    decimals = 3

    def of_classes(self, remembered: Tensor, examples: Sequence[Example], data: Data, split: Split) -> float:
        asked = torch.tensor([carried(example, "label") for example in examples])
        return float((remembered[:, 0] == asked).double().mean())


def shares(labels: Tensor, *, classes: int) -> Float64[Tensor, " classes"]:
    """The share of each class among int64 labels."""
    return torch.bincount(labels, minlength=classes).double() / len(labels)


def divergence(of: Float64[Tensor, " classes"], from_: Float64[Tensor, " classes"]) -> float:
    """KL(of ‖ from_) in nats, where 0 log 0 = 0."""
    return float((torch.xlogy(of, of) - torch.xlogy(of, from_)).sum())
