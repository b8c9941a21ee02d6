"""DRAGAN: keeps a discriminator's slope near one around the data."""

from __future__ import annotations

import torch
from torch import Tensor

from sparring import Contest, Regularizer, Round, global_mean
from sparring_objectives.slope import slope


class Dragan(Regularizer):
    """The squared distance of the slope's norm from `target`, near real samples (Kodali et al. 2017).

    As in the authors' code, a sample x is judged at x + a d: a is uniform on [0, 1) for each sample, d is uniform on [0, `spread` times
    the standard deviation of the whole batch) for each of its numbers. A weight of 10 is the paper's. No batch norm in the discriminator.
    """

    def __init__(self, *, spread: float = 0.5, target: float = 1.0) -> None:
        super().__init__()
        if spread < 0:
            raise ValueError(f"spread is {spread}, but samples are perturbed by at least nothing; the paper's is 0.5")
        self.spread, self.target = spread, target

    def penalty(self, round: Round, contest: Contest) -> Tensor:
        name = contest.judged[0]
        real = round[name].detach()
        noise = round.noise(f"dragan of {contest.real}")
        share = noise.uniform(*[1] * (real.ndim - 1))
        near = real + share * self.spread * _deviation(real) * noise.uniform(*real.shape[1:])
        return (slope(round, near, score=contest.real, judged=name).norm(dim=1) - self.target).square().mean()


def _deviation(batch: Tensor) -> Tensor:
    """The standard deviation of all numbers of the global batch."""
    variance, mean = torch.var_mean(batch, correction=0)
    means, squares = global_mean(torch.stack([mean, variance + mean.square()]))
    return (squares - means.square()).clamp(min=0).sqrt()
