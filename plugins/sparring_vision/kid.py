"""The kernel inception distance: the maximum mean discrepancy between features, without the bias of few samples."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from sparring import DataError, SetScore
from sparring_vision.feature_metric import FeatureMetric, Features
from sparring_vision.inception_score import mean_and_spread

SEED = 2020  # torch-fidelity's


class Kid(FeatureMetric):
    """The squared maximum mean discrepancy under a cubic kernel, in thousandths: mean and deviation over 100 subsets of 1000 images.

    Unbiased, so that it may fall a little below 0. Smaller sets make smaller subsets. Options: see `FeatureMetric`.

    Source: Bińkowski et al. 2018, Demystifying MMD GANs, section 4.
    """

    unit = "·10⁻³"
    higher_is_better = False

    def compare(self, fake: Features, real: Features) -> SetScore:
        size = min(self.settings.subset_size, len(fake), len(real))
        distances = 1000 * subset_distances(fake, real, subsets=self.settings.subsets, size=size)
        self._judged["subsets"] = f"{len(distances)} of {size}"
        return mean_and_spread(distances)

    def constants(self) -> Mapping[str, str]:
        return {"kernel": "(x·y / width + 1)³", "seed": f"{SEED}", "precision": "float64"}


def subset_distances(fake: Features, real: Features, *, subsets: int, size: int) -> Float64[Tensor, " subsets"]:
    """The discrepancy of `subsets` pairs of subsets of `size` images, drawn without replacement; of one, where they are the whole sets."""
    if size < 2:
        raise DataError(f"the kernel distance needs two images at least, and there are {size}")
    if size == len(fake) == len(real):
        return discrepancy(fake, real)[None]
    draw = np.random.RandomState(SEED)
    pairs = [(draw.choice(len(fake), size, replace=False), draw.choice(len(real), size, replace=False)) for _ in range(subsets)]
    return torch.stack([discrepancy(fake[torch.from_numpy(of_fake)], real[torch.from_numpy(of_real)]) for of_fake, of_real in pairs])


def discrepancy(fake: Features, real: Features) -> Float64[Tensor, ""]:
    """The unbiased estimate of the squared maximum mean discrepancy between two sets of equally many features."""
    x, y = fake.double(), real.double()
    count, width = x.shape

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        return (a @ b.T / width + 1) ** 3

    within = sum(table.sum() - table.trace() for table in (kernel(x, x), kernel(y, y)))
    return within / (count * (count - 1)) - 2 * kernel(x, y).mean()
