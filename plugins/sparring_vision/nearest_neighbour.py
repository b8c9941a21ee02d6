"""Whether a generator makes images of its own, or repeats those that it learnt from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from sparring import Data, Example, SetMetric, SetScore, Split
from sparring_vision.extractor import ExtractorName, extractor_for, prepare_extractor
from sparring_vision.features import real_features
from sparring_vision.manifold import nearest
from sparring_vision.settings import settings


class NearestNeighbour(SetMetric):
    """The distance of samples to the nearest training image, as a multiple of that of held-out images; medians of feature distances.

    About 1 is healthy, near 0 is memorisation, and more than 1 is unlike any training image. Options: as for `FeatureMetric`.
    """

    def __init__(self, *, extractor: ExtractorName = "classifier", weights: Path | None = None, samples: int | None = None) -> None:
        self.settings = settings(extractor=extractor, weights=weights, samples=samples)
        self.samples = self.settings.samples
        self._judged: dict[str, str] = {}

    def prepare(self, data: Data) -> None:
        """Train or load the extractor; all processes call this at the same moment."""
        prepare_extractor(data, self.settings.extractor, weights=self.settings.weights)

    def remember(self, outputs: Sequence[Any], examples: Sequence[Example], data: Data) -> Tensor:
        """Features (outputs, width), float32."""
        return extractor_for(data, self.settings.extractor, weights=self.settings.weights).features(outputs)

    def score(self, remembered: Tensor, examples: Sequence[Example], data: Data, split: Split) -> SetScore:
        """The ratio of medians. Where the training images themselves are judged, the held-out ones are those of `test`."""
        extractor = extractor_for(data, self.settings.extractor, weights=self.settings.weights)
        where: Split = "test" if split == "train" else split
        known, held_out = real_features(data, "train", extractor), real_features(data, where, extractor)
        self._judged = {
            **extractor.protocol(),
            "samples": f"{len(remembered)}",
            "training images": f"{len(known)}",
            "held-out images": f"{where}, {len(held_out)}",
        }
        usual = float(nearest(held_out, known).median())
        return SetScore(float(nearest(remembered, known).median()) / usual if usual else float("nan"))

    def protocol(self) -> Mapping[str, str]:
        """Extractor, its weights, and how many images of each kind."""
        return {**self._judged, "precision": "float64"}
