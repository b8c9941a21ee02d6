"""Losses that compare: the real should score above the fake, whatever both scores are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import relu, softplus

from sparring import AdversarialLoss, global_mean

Scores = Float[Tensor, "*scores"]
Scalar = Float[Tensor, ""]

# What is lost on a lead of one player's score over the other's.
FORMS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "bce": lambda lead: softplus(-lead),
    "least-squares": lambda lead: (lead - 1).square(),
    "hinge": lambda lead: relu(1 - lead),
}


class RelativisticPairing(AdversarialLoss):
    """RpGAN (RSGAN): softplus of minus the lead, of each real over the fake at its place for one player, of the fake for the other.

    Scores are unbounded, real and fake of one shape. A constant added to all changes nothing, so that there is no threshold
    (Jolicoeur-Martineau 2018, section 4.1; R3GAN: Huang et al. 2024, eq. 2).
    """

    relativistic: ClassVar[bool] = True

    def discriminator(self, real: Scores, fake: Scores) -> Scalar:
        return softplus(fake - real).mean()

    def generator(self, fake: Scores, real: Scores) -> Scalar:
        return softplus(real - fake).mean()


class RelativisticAverage(AdversarialLoss):
    """RaGAN: each score against the mean score of the other side, the two sides averaged (Jolicoeur-Martineau 2018, sections 4.2 and 4.3).

    `form` is what becomes of the lead: binary cross-entropy (RaSGAN), its squared distance from one (RaLSGAN), or a hinge (RaHinge).
    The generator plays with the sides swapped. Scores are unbounded, a batch axis and any others: means are over all axes and over the
    batch of all processes, so that two processes equal one.
    """

    relativistic: ClassVar[bool] = True

    def __init__(self, *, form: Literal["bce", "least-squares", "hinge"] = "bce") -> None:
        super().__init__()
        self.form = form

    def discriminator(self, real: Scores, fake: Scores) -> Scalar:
        return self._against(real, fake)

    def generator(self, fake: Scores, real: Scores) -> Scalar:
        return self._against(fake, real)

    def _against(self, higher: Tensor, lower: Tensor) -> Tensor:
        mean_of_higher, mean_of_lower = global_mean(torch.stack([higher.mean(), lower.mean()]))
        lost = FORMS[self.form]
        return (lost(higher - mean_of_lower).mean() + lost(mean_of_higher - lower).mean()) / 2
