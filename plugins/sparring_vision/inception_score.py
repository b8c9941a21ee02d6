"""The inception score: samples of which each is surely of one class, and all together of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

from sparring import Data, Example, SetMetric, SetScore, Split
from sparring_vision.extractor import ExtractorName, extractor_for, prepare_extractor
from sparring_vision.settings import Preset, settings

SEED = 2020  # torch-fidelity's


class InceptionScore(SetMetric):
    """exp(E KL(p(class | image) ‖ p(class))), mean and deviation over ten parts of the shuffled set; 1 to the number of classes.

    Looks at no real images. Misleading where the classifier knows other classes than the data have: Inception's are those of ImageNet.
    Options: as for `FeatureMetric`.

    Source: Salimans et al. 2016, Improved techniques for training GANs, section 4.
    """

    def __init__(
        self,
        *,
        extractor: ExtractorName = "classifier",
        weights: Path | None = None,
        samples: int | None = None,
        preset: Preset | None = None,
    ) -> None:
        self.settings = settings(extractor=extractor, weights=weights, samples=samples, preset=preset)
        self.samples = self.settings.samples
        self._judged: dict[str, str] = {}

    def prepare(self, data: Data) -> None:
        """Train or load the extractor; all processes call this at the same moment."""
        prepare_extractor(data, self.settings.extractor, weights=self.settings.weights, resize=self.settings.resize)

    def remember(self, outputs: Sequence[Any], examples: Sequence[Example], data: Data) -> Tensor:
        """Class logits (outputs, classes), float32."""
        return extractor_for(data, self.settings.extractor, weights=self.settings.weights, resize=self.settings.resize).logits(outputs)

    def score(self, remembered: Tensor, examples: Sequence[Example], data: Data, split: Split) -> SetScore:
        extractor = extractor_for(data, self.settings.extractor, weights=self.settings.weights, resize=self.settings.resize)
        parts = inception_scores(remembered, splits=min(self.settings.splits, len(remembered)))
        self._judged = {**extractor.protocol(), "samples": f"{len(remembered)}", "parts": f"{len(parts)}"}
        return mean_and_spread(parts)

    def protocol(self) -> Mapping[str, str]:
        """Extractor, its weights, the resize, the number of samples and of parts, the preset."""
        return {**self._judged, "preset": self.settings.preset or "none", "seed": f"{SEED}", "precision": "float64"}


def inception_scores(logits: Float[Tensor, "images classes"], *, splits: int) -> Float64[Tensor, " splits"]:
    """The score of each of `splits` parts of the shuffled rows."""
    order = np.random.RandomState(SEED).permutation(len(logits))
    sure = logits[torch.from_numpy(order)].double().log_softmax(dim=1)
    scores = []
    for part in range(splits):
        chunk = sure[part * len(sure) // splits : (part + 1) * len(sure) // splits]
        common = chunk.exp().mean(dim=0)
        # 0 log 0 = 0, where a probability is too small for a float
        divergence = torch.xlogy(chunk.exp(), chunk.exp()) - torch.xlogy(chunk.exp(), common)
        scores.append(divergence.sum(dim=1).mean().exp())
    return torch.stack(scores)


def mean_and_spread(values: Float64[Tensor, " parts"]) -> SetScore:
    """The mean over parts of a set, and their standard deviation, which a single part has none of."""
    return SetScore(float(values.mean()), float(values.std(correction=0)) if len(values) > 1 else float("nan"))
