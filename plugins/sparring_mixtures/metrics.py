"""How much of a mixture was learned: which modes are reached, how cleanly, and how evenly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

import torch
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor

from sparring import Data, DataError, Example, SetMetric, SetScore, Split
from sparring_mixtures.mixture import Mixture

Positive = Annotated[float, Field(gt=0)]


class _OfMixture(SetMetric):
    """Counts the points of high quality: those within `deviations` standard deviations of a mode's centre (98.9 % of true points)."""

    def __init__(self, *, deviations: Positive = 3.0) -> None:
        self.deviations = deviations

    def remember(self, outputs: Sequence[Tensor], examples: Sequence[Example], data: Data) -> Float[Tensor, "outputs 2"]:
        return torch.stack([output.cpu() for output in outputs])

    def protocol(self) -> Mapping[str, str]:
        return {"high quality": f"within {self.deviations:g} standard deviations of the nearest mode"}

    def _by_mode(self, points: Tensor, data: Data) -> Int[Tensor, " modes"]:
        mixture = getattr(data, "mixture", None)
        if not isinstance(mixture, Mixture):
            raise DataError(f"the modes of {data.describe()} are not known: choose 'gaussian-mixture' as data, or other metrics")
        mode, deviations = mixture.nearest(points)
        return torch.bincount(mode[deviations <= self.deviations], minlength=mixture.modes)


class ModesReached(_OfMixture):
    """The number of modes that have at least `least_share` of their even share of all points, in points of high quality.

    Of 2500 points and 8 modes, a tenth of an even share is 32 points.
    """

    decimals: ClassVar[int] = 1

    def __init__(self, *, least_share: Positive = 0.1, deviations: Positive = 3.0) -> None:
        super().__init__(deviations=deviations)
        self.least_share = least_share

    def score(self, remembered: Tensor, examples: Sequence[Example], data: Data, split: Split) -> SetScore:
        counts = self._by_mode(remembered, data)
        return SetScore(float((counts >= self.least_share * len(remembered) / len(counts)).sum()))

    def protocol(self) -> Mapping[str, str]:
        return {**super().protocol(), "reached": f"by {self.least_share:g} of its even share of all points, in points of high quality"}


class HighQualityShare(_OfMixture):
    """The share of points that are of high quality, from 0 to 1."""

    decimals: ClassVar[int] = 3

    def score(self, remembered: Tensor, examples: Sequence[Example], data: Data, split: Split) -> SetScore:
        return SetScore(float(self._by_mode(remembered, data).sum()) / len(remembered))


class ModeDivergence(_OfMixture):
    """The Kullback-Leibler divergence of the high-quality points' modes from even ones, in nats; not defined without such points.

    Zero if all modes have equally many, log(modes) if one has all.
    """

    unit: ClassVar[str] = "nats"
    higher_is_better: ClassVar[bool] = False
    decimals: ClassVar[int] = 3

    def score(self, remembered: Tensor, examples: Sequence[Example], data: Data, split: Split) -> SetScore:
        counts = self._by_mode(remembered, data).double()
        if not counts.any():
            return SetScore(math.nan)
        shares = counts / counts.sum()
        return SetScore(float(torch.special.xlogy(shares, shares * len(shares)).sum()))
