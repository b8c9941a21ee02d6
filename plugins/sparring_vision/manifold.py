"""Quality and variety apart: which samples lie among the real images, and which real images lie among the samples.

A set's manifold is the union of balls around its features, each as wide as the distance to the k-th nearest other one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from jaxtyping import Float64
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

from sparring import DataError, SetScore
from sparring_vision.extractor import fastest_device
from sparring_vision.feature_metric import FeatureMetric, Features

MOST_DISTANCES = 2**24  # at once: 128 MB


class Precision(FeatureMetric):
    """The share of samples that lie in the manifold of real images (k = 3): quality. Options: see `FeatureMetric`.

    Source: Kynkäänniemi et al. 2019, Improved precision and recall metric for assessing generative models.
    """

    decimals = 3

    def compare(self, fake: Features, real: Features) -> SetScore:
        return SetScore(inside(fake, real, neighbours=self.settings.neighbours or 3))

    def constants(self) -> Mapping[str, str]:
        return _said(self.settings.neighbours or 3)


class Recall(FeatureMetric):
    """The share of real images that lie in the manifold of samples (k = 3): variety. Options: see `FeatureMetric`.

    Source: Kynkäänniemi et al. 2019, Improved precision and recall metric for assessing generative models.
    """

    decimals = 3

    def compare(self, fake: Features, real: Features) -> SetScore:
        return SetScore(inside(real, fake, neighbours=self.settings.neighbours or 3))

    def constants(self) -> Mapping[str, str]:
        return _said(self.settings.neighbours or 3)


class Density(FeatureMetric):
    """In how many balls of real images a sample lies, as a part of k = 5: about 1 for real images, and more where samples crowd.

    Source: Naeem et al. 2020, Reliable fidelity and diversity metrics for generative models. Options: see `FeatureMetric`.
    """

    decimals = 3

    def compare(self, fake: Features, real: Features) -> SetScore:
        k = self.settings.neighbours or 5
        wide = radii(real, k)
        return SetScore(sum(int((far < wide).sum()) for far in distances(fake, real)) / (k * len(fake)))

    def constants(self) -> Mapping[str, str]:
        return _said(self.settings.neighbours or 5)


class Coverage(FeatureMetric):
    """The share of real images whose ball (k = 5) holds a sample; unlike recall, outliers among the samples do not help it.

    Source: Naeem et al. 2020, Reliable fidelity and diversity metrics for generative models. Options: see `FeatureMetric`.
    """

    decimals = 3

    def compare(self, fake: Features, real: Features) -> SetScore:
        return SetScore(float((nearest(real, fake) < radii(real, self.settings.neighbours or 5)).double().mean()))

    def constants(self) -> Mapping[str, str]:
        return _said(self.settings.neighbours or 5)


def inside(points: Features, centres: Features, *, neighbours: int) -> float:
    """The share of points that lie in at least one ball of the centres, its surface included."""
    wide = radii(centres, neighbours)
    return sum(int((far <= wide).any(dim=1).sum()) for far in distances(points, centres)) / len(points)


def nearest(points: Features, others: Features) -> Float64[Tensor, " points"]:
    """The distance of each point to the nearest of the others."""
    return torch.cat([far.amin(dim=1) for far in distances(points, others)])


def radii(features: Features, neighbours: int) -> Float64[Tensor, " images"]:
    """The distance of each row to its `neighbours`-th nearest other row; remembered as long as the features are."""
    if len(features) <= neighbours:
        raise DataError(f"{len(features)} images are too few for {neighbours} neighbours each: judge more of them")
    known = _radii.setdefault(features, {})
    assert known is not None
    if neighbours not in known:
        # the nearest row is the row itself
        known[neighbours] = torch.cat([far.kthvalue(neighbours + 1, dim=1).values for far in distances(features, features)])
    return known[neighbours]


def distances(points: Features, others: Features) -> Iterator[Float64[Tensor, "some others"]]:
    """The distances of all points to all others in float64, some points at a time, so that memory stays bounded."""
    device = fastest_device()
    # distances do not change when both move, and small numbers keep more of them
    middle = others.double().mean(dim=0)
    there = (others.double() - middle).to(device)
    for some in points.split(max(1, MOST_DISTANCES // len(others))):
        yield torch.cdist((some.double() - middle).to(device), there).cpu()


def _said(neighbours: int) -> dict[str, str]:
    return {"neighbours": f"{neighbours}", "precision": "float64"}


_radii = WeakTensorKeyDictionary()
