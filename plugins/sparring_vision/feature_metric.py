"""What all scores have in common that compare the features of samples with those of real images."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jaxtyping import Float
from torch import Tensor

from sparring import Data, Example, SetMetric, SetScore, Split
from sparring_vision.extractor import Extractor, ExtractorName, extractor_for, prepare_extractor
from sparring_vision.features import real_features
from sparring_vision.settings import Preset, Reference, settings

Features = Float[Tensor, "_ width"]


class FeatureMetric(SetMetric):
    """Keeps a row of features for each sample, shared with every other metric that is shown the same images.

    `extractor`: `classifier` is trained on the data and compares runs on these data only; `inception` makes published numbers, and needs
    `weights`, a safetensors file. `samples`: how many, by default one for each judged example. `reference`: `train`, or `test` for the
    split that is judged. `preset`: the protocol of a benchmark, which decides all of this but the weights. Options that contradict each
    other raise `ValueError`.
    """

    def __init__(
        self,
        *,
        extractor: ExtractorName = "classifier",
        weights: Path | None = None,
        samples: int | None = None,
        reference: Reference = "test",
        preset: Preset | None = None,
    ) -> None:
        self.settings = settings(extractor=extractor, weights=weights, samples=samples, reference=reference, preset=preset)
        self.samples = self.settings.samples
        self._judged: dict[str, str] = {}

    def prepare(self, data: Data) -> None:
        """Train or load the extractor; all processes call this at the same moment."""
        prepare_extractor(data, self.settings.extractor, weights=self.settings.weights, resize=self.settings.resize)

    def remember(self, outputs: Sequence[Any], examples: Sequence[Example], data: Data) -> Tensor:
        """Features (outputs, width), float32."""
        return self._extractor(data).features(outputs)

    def score(self, remembered: Tensor, examples: Sequence[Example], data: Data, split: Split) -> SetScore:
        """The comparison with the features of the reference images."""
        extractor = self._extractor(data)
        where: Split = "train" if self.settings.reference == "train" else split
        real = real_features(data, where, extractor)
        self._judged = {**extractor.protocol(), "samples": f"{len(remembered)}", "reference": f"{where}, {len(real)} images"}
        return self.compare(remembered, real)

    def protocol(self) -> Mapping[str, str]:
        """Extractor, its weights, the resize, both numbers of images, the preset, and the constants of the score."""
        return {**self._judged, "preset": self.settings.preset or "none", **self.constants()}

    @abstractmethod
    def compare(self, fake: Features, real: Features) -> SetScore:
        """The score of features against features."""

    def constants(self) -> Mapping[str, str]:
        """What else the score depends on."""
        return {}

    def _extractor(self, data: Data) -> Extractor:
        return extractor_for(data, self.settings.extractor, weights=self.settings.weights, resize=self.settings.resize)
