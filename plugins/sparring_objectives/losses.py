"""Losses of any domain: a few lines of mathematics each, unweighted."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from sparring import AdversarialLoss, Loss

Score = Float[Tensor, "..."]
Scalar = Float[Tensor, ""]


class LeastSquares(AdversarialLoss):
    """LSGAN with targets a = 0, b = c = 1 (Mao et al. 2017, eq. 9), halves included as in the paper."""

    def discriminator(self, real: Score, fake: Score) -> Scalar:
        return ((real - 1).square().mean() + fake.square().mean()) / 2

    def generator(self, fake: Score, real: Score | None) -> Scalar:
        return (fake - 1).square().mean() / 2


class Wasserstein(AdversarialLoss):
    """The critic's estimate of the earth mover's distance, negated (Arjovsky et al. 2017). A regularizer must keep the critic Lipschitz."""

    def discriminator(self, real: Score, fake: Score) -> Scalar:
        return fake.mean() - real.mean()

    def generator(self, fake: Score, real: Score | None) -> Scalar:
        return -fake.mean()


class L1(Loss):
    """Mean absolute difference of two tensors of one shape."""

    def forward(self, output: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"]) -> Scalar:
        return (output - target).abs().mean()


class L2(Loss):
    """Mean squared difference of two tensors of one shape."""

    def forward(self, output: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"]) -> Scalar:
        return (output - target).square().mean()
