"""WGAN-GP: keeps a critic's slope near one between real and generated samples."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from sparring import Contest, Regularizer, Round
from sparring_objectives.slope import slope


class GradientPenalty(Regularizer):
    """The squared distance of the slope's norm from `target`, at random points between real and fake (Gulrajani et al. 2017, eq. 3).

    Every sample has its own point on the line and its own norm, over all dimensions but the batch; lists of scores are added up first.
    The critic must therefore judge samples independently: no batch norm. `sides: one` leaves slopes below the target alone. A weight of
    10 is the paper's.
    """

    def __init__(self, *, sides: Literal["one", "two"] = "two", target: float = 1.0) -> None:
        super().__init__()
        self.sides, self.target = sides, target

    def penalty(self, round: Round, contest: Contest) -> Tensor:
        real, fake = (round[name].detach() for name in contest.judged)
        share = round.noise(f"gradient-penalty of {contest.fake}").uniform(*[1] * (real.ndim - 1))
        between = torch.lerp(fake, real, share)
        excess = slope(round, between, score=contest.fake, judged=contest.judged[1]).norm(dim=1) - self.target
        if self.sides == "one":
            excess = excess.clamp(min=0)
        return excess.square().mean()
