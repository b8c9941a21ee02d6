"""Consistency regularization: a sample that moved a little deserves the same score."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor

from sparring import Contest, GameError, Regularizer, Round
from sparring_objectives.scores import each
from sparring_objectives.shifting import shifted


class Consistency(Regularizer):
    """The mean squared difference of the scores of a sample and of its flipped and shifted copy.

    `sides: real` is CR-GAN (Zhang et al. 2020), `both` adds the same for fakes: bCR (Zhao et al. 2020, algorithm 1). Both papers weigh
    it 10. Samples are (batch, channels, ...): each is moved along every axis behind the channels by up to `shift` of its length, mirrored
    at the ends, and one with two such axes or more is turned over along its last one half of the time, if `flip`. The copy is made before
    any view.
    """

    def __init__(self, *, sides: Literal["real", "both"] = "both", flip: bool = True, shift: float = 1 / 8) -> None:
        super().__init__()
        if not 0 <= shift < 1:
            raise ValueError(f"shift is {shift}, but it is a share of a sample's length, from 0 to below 1; the paper's is 1/8")
        self.sides, self.flip, self.shift = sides, flip, shift

    def penalty(self, round: Round, contest: Contest) -> Tensor:
        differences = [self._difference(round, judged=contest.judged[0], score=contest.real)]
        if self.sides == "both":
            differences.append(self._difference(round, judged=contest.judged[1], score=contest.fake))
        return torch.stack(differences).sum()

    def _difference(self, round: Round, *, judged: str, score: str) -> Tensor:
        sample = round[judged]
        if sample.ndim < 3:
            raise GameError(
                f"consistency moves samples along the axes behind their channels; {judged!r}, of shape {tuple(sample.shape)}, has none: "
                "take the term out of the recipe"
            )
        moved = self._moved(sample, round.noise(f"consistency of {score}"))
        pairs = zip(each(round[score]), each(round.replace(**{judged: moved})[score]), strict=True)
        return torch.stack([(one - other).square().mean() for one, other in pairs]).sum()

    def _moved(self, sample: Tensor, noise: Any) -> Tensor:
        for axis in range(2, sample.ndim):
            most = int(self.shift * sample.shape[axis])
            sample = shifted(sample, noise.integers(2 * most + 1) - most, axis=axis, padding="reflect")
        if self.flip and sample.ndim > 3:
            turned = noise.integers(2, *[1] * (sample.ndim - 1)).bool()
            sample = torch.where(turned, sample.flip(-1), sample)
        return sample
