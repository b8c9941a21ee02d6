"""LeCam: verdicts are held near what they were on the other side."""

from __future__ import annotations

import pytest
import torch
from judging import CONTEST, Scales, round_of
from torch import Tensor, nn

from sparring import Contest, GameError, Round
from sparring_objectives.lecam import LeCam


class Sum(nn.Module):
    def forward(self, sample: Tensor) -> Tensor:
        return sample.sum(dim=1)


def scored(real: float, fake: float) -> Round:
    return round_of(Sum(), real=torch.full((4, 1), real), fake=torch.full((4, 1), fake))


def played(lecam: LeCam, real: float, fake: float) -> float:
    paid = lecam.penalty(scored(real, fake), CONTEST).item()
    lecam.project({})
    return paid


def test_the_first_step_pays_nothing_and_starts_the_means() -> None:
    lecam = LeCam()

    assert played(lecam, 2.0, -1.0) == 0
    assert lecam.means.tolist() == [2.0, -1.0]


def test_a_score_pays_the_square_of_its_distance_from_the_other_sides_mean() -> None:
    lecam = LeCam()
    played(lecam, 2.0, -1.0)

    assert played(lecam, 4.0, 1.0) == pytest.approx((4 - -1) ** 2 + (1 - 2) ** 2)


def test_means_forget_a_hundredth_a_step() -> None:
    lecam = LeCam()
    played(lecam, 2.0, -1.0)

    played(lecam, 4.0, 1.0)

    assert lecam.means.tolist() == pytest.approx([0.99 * 2 + 0.01 * 4, 0.99 * -1 + 0.01 * 1])


def test_parts_of_a_batch_enter_the_means_as_the_whole_does() -> None:
    lecam = LeCam()
    lecam.penalty(scored(1.0, 0.0), CONTEST)
    lecam.penalty(scored(3.0, -2.0), CONTEST)

    lecam.project({})

    assert lecam.means.tolist() == [2.0, -1.0]
    assert lecam.steps.item() == 1


def test_scales_are_taken_together() -> None:
    lecam = LeCam()
    round = round_of(Scales([Sum(), nn.Flatten()]), real=torch.ones(4, 3), fake=torch.zeros(4, 3))

    lecam.penalty(round, CONTEST)
    lecam.project({})

    assert lecam.means[0].item() == pytest.approx((4 * 3 + 12 * 1) / 16)


def test_only_scores_have_gradients() -> None:
    lecam = LeCam()
    played(lecam, 2.0, -1.0)
    real = torch.full((4, 1), 4.0, requires_grad=True)

    lecam.penalty(round_of(Sum(), real=real, fake=torch.zeros(4, 1)), CONTEST).backward()

    assert real.grad is not None
    assert real.grad.flatten().tolist() == pytest.approx([2 * (4 - -1) / 4] * 4)


def test_a_second_contest_is_refused() -> None:
    lecam = LeCam()
    lecam.penalty(scored(1.0, 0.0), CONTEST)

    with pytest.raises(GameError, match="its player judges 'fake_score' and 'real_score'; let another player learn"):
        lecam.penalty(scored(1.0, 0.0), Contest(real="fake_score", fake="real_score", judged=("fake", "real")))


def test_a_decay_without_forgetting_is_refused() -> None:
    with pytest.raises(ValueError, match="decay is 1, but a running mean remembers a share from 0 to below 1"):
        LeCam(decay=1)
