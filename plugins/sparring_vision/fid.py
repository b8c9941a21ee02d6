"""The Fréchet inception distance: how far apart two normal distributions of features are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
from jaxtyping import Float64
from torch import Tensor

from sparring import DataError, SetScore
from sparring_vision.feature_metric import FeatureMetric, Features


class Moments(NamedTuple):
    """Mean and unbiased covariance of features, in float64."""

    mean: Float64[Tensor, " width"]
    covariance: Float64[Tensor, "width width"]


class Fid(FeatureMetric):
    """The Fréchet distance between the features of samples and of real images; 0 for the same set.

    Biased upwards for few samples, so that only equal numbers compare. Options: see `FeatureMetric`.

    Source: Heusel et al. 2017, GANs trained by a two time-scale update rule, section 3.
    """

    higher_is_better = False

    def compare(self, fake: Features, real: Features) -> SetScore:
        return SetScore(frechet_distance(moments(fake), moments(real)))

    def constants(self) -> Mapping[str, str]:
        return {"precision": "float64", "covariance": "unbiased"}


def moments(features: Features) -> Moments:
    """Mean and covariance of features (images, width); `DataError` for fewer than two images."""
    if len(features) < 2:
        raise DataError(f"the Fréchet distance needs two images at least, and there are {len(features)}")
    mean = features.mean(dim=0, dtype=torch.float64)
    # in parts, since 50,000 rows of Inception's take 800 MB in float64
    parts = ((rows.double() - mean) for rows in features.split(4096))
    scatter = sum((part.T @ part for part in parts), start=torch.zeros(()))
    return Moments(mean, scatter / (len(features) - 1))


def frechet_distance(one: Moments, other: Moments) -> float:
    """|m - m'|² + tr(S) + tr(S') - 2 tr((S S')^½).

    The last trace is the sum of the roots of the eigenvalues of S^½ S' S^½, which is symmetric and has those of S S'.
    """
    values, vectors = torch.linalg.eigh(one.covariance)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    shared = torch.linalg.eigvalsh(root @ other.covariance @ root).clamp(min=0).sqrt().sum()
    between = (one.mean - other.mean).square().sum()
    return float(between + one.covariance.trace() + other.covariance.trace() - 2 * shared)
