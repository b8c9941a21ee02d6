"""Losses of the game itself that judge real and fake apart: a few lines of mathematics each, unweighted."""

from __future__ import annotations

import math

from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import relu, softplus

from sparring import AdversarialLoss

Score = Float[Tensor, "..."]
Scalar = Float[Tensor, ""]


class Minimax(AdversarialLoss):
    """The zero-sum game: the generator minimises log(1 - D(G(z))), which saturates while it loses (Goodfellow et al. 2014, eq. 1).

    Scores are logits of any shape. `real_target` below 1 smooths the discriminator's label of the real, and no other (Salimans et al.
    2016, section 3.4). Raises `ValueError` for a target outside of (0, 1].
    """

    def __init__(self, *, real_target: float = 1.0) -> None:
        super().__init__()
        self.real_target, self.threshold = real_target, _undecided(real_target)

    def discriminator(self, real: Score, fake: Score) -> Scalar:
        return _cross_entropy(real, self.real_target).mean() + _cross_entropy(fake, 0.0).mean()

    def generator(self, fake: Score, real: Score | None) -> Scalar:
        return -softplus(fake).mean()


class NonSaturating(AdversarialLoss):
    """The same discriminator; the generator maximises log D(G(z)), whose gradient lasts while it loses (Goodfellow et al. 2014, section 3).

    Scores are logits of any shape. `real_target` below 1 smooths the discriminator's label of the real, and no other (Salimans et al.
    2016, section 3.4). Raises `ValueError` for a target outside of (0, 1].
    """

    def __init__(self, *, real_target: float = 1.0) -> None:
        super().__init__()
        self.real_target, self.threshold = real_target, _undecided(real_target)

    def discriminator(self, real: Score, fake: Score) -> Scalar:
        return _cross_entropy(real, self.real_target).mean() + _cross_entropy(fake, 0.0).mean()

    def generator(self, fake: Score, real: Score | None) -> Scalar:
        return softplus(-fake).mean()


class LeastSquares(AdversarialLoss):
    """LSGAN: fake is drawn to `a`, real to `b`, and the generator draws fake to `c`; halves as in the paper (Mao et al. 2017, eq. 2).

    The defaults are the paper's 0-1 coding (eq. 9); a = -1, b = 1, c = 0 minimises Pearson's χ² divergence (eq. 8). Raises `ValueError`
    unless `b` and `c` are above `a`: that the real scores higher is a convention of the engine.
    """

    def __init__(self, *, a: float = 0.0, b: float = 1.0, c: float = 1.0) -> None:
        super().__init__()
        if not (b > a and c > a):
            raise ValueError(f"b = {b:g} (the real's target) and c = {c:g} (the generator's) must be above a = {a:g} (the fake's)")
        self.a, self.b, self.c, self.threshold = a, b, c, (a + b) / 2

    def discriminator(self, real: Score, fake: Score) -> Scalar:
        return ((real - self.b).square().mean() + (fake - self.a).square().mean()) / 2

    def generator(self, fake: Score, real: Score | None) -> Scalar:
        return (fake - self.c).square().mean() / 2


class Wasserstein(AdversarialLoss):
    """The critic's estimate of the earth mover's distance, negated (Arjovsky et al. 2017). A regularizer must keep the critic Lipschitz.

    Scores have any shape and scale, and no threshold: only differences count.
    """

    def discriminator(self, real: Score, fake: Score) -> Scalar:
        return fake.mean() - real.mean()

    def generator(self, fake: Score, real: Score | None) -> Scalar:
        return -fake.mean()


class Hinge(AdversarialLoss):
    """The discriminator is content with a margin of one on either side of zero; the generator raises its score (Lim and Ye 2017).

    Scores have any shape; eq. 16 and 17 of Miyato et al. 2018.
    """

    threshold = 0.0

    def discriminator(self, real: Score, fake: Score) -> Scalar:
        return relu(1 - real).mean() + relu(1 + fake).mean()

    def generator(self, fake: Score, real: Score | None) -> Scalar:
        return -fake.mean()


def _cross_entropy(logits: Tensor, target: float) -> Tensor:
    """-target·log σ(l) - (1 - target)·log(1 - σ(l)), in the form that keeps small values exact."""
    return softplus(-logits) + (1 - target) * logits if target else softplus(logits)


def _undecided(real_target: float) -> float:
    """The logit of the best discriminator where real and fake are equally likely: it says D = real_target / 2 there."""
    if not 0 < real_target <= 1:
        raise ValueError(f"real_target is the label of the real, above 0 and at most 1 (0.9 smooths it), but is {real_target:g}")
    return math.log(real_target / (2 - real_target))
