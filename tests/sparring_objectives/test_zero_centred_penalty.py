"""R1 and R2 of a linear critic are the square of its norm, times what the recipe weighs them."""

from __future__ import annotations

import pytest
import torch
from judging import CONTEST, Scales, linear_critic, round_of
from torch import Tensor, nn

from sparring.play.views import Views
from sparring_objectives.diff_augment import DiffAugment
from sparring_objectives.zero_centred_penalty import R1, R2


class Square(nn.Module):
    """Slopes of twice the sample."""

    def forward(self, sample: Tensor) -> Tensor:
        return sample.square().sum(dim=1)


@pytest.mark.parametrize("penalty", [R1(), R2()])
def test_a_linear_critic_pays_the_square_of_its_norm(penalty: R1 | R2) -> None:
    round = round_of(linear_critic(3.0), real=torch.randn(5, 2, 6), fake=torch.randn(5, 2, 6))

    paid = penalty.penalty(round, CONTEST)

    assert paid.item() == pytest.approx(9.0, abs=1e-4)
    assert 10 / 2 * paid.item() == pytest.approx(45.0, abs=1e-3)  # gamma 10 is a weight of 5


def test_r1_looks_at_the_real_and_r2_at_the_fake() -> None:
    round = round_of(Square(), real=torch.full((2, 1), 3.0), fake=torch.full((2, 1), 5.0))

    assert R1().penalty(round, CONTEST).item() == pytest.approx(6**2)
    assert R2().penalty(round, CONTEST).item() == pytest.approx(10**2)


def test_samples_pay_on_average_and_their_numbers_in_sum() -> None:
    round = round_of(Square(), real=torch.tensor([[1.0, 2.0], [0.0, 3.0]]), fake=torch.zeros(2, 2))

    paid = R1().penalty(round, CONTEST)

    assert paid.item() == pytest.approx(((4 + 16) + 36) / 2)


def test_scales_and_patches_are_added_up() -> None:
    critic = linear_critic(1.0)
    round = round_of(Scales([critic, critic, critic]), real=torch.randn(4, 12), fake=torch.randn(4, 12))

    paid = R1().penalty(round, CONTEST)

    assert paid.item() == pytest.approx(9.0, abs=1e-4)


@pytest.mark.parametrize("penalty", [R1(), R2()])
def test_the_penalty_teaches_the_critic(penalty: R1 | R2) -> None:
    critic = linear_critic(3.0)
    round = round_of(critic, real=torch.randn(5, 12), fake=torch.randn(5, 12))

    penalty.penalty(round, CONTEST).backward()

    weight = critic[1].get_parameter("weight")
    torch.testing.assert_close(weight.grad, 2 * weight)


def test_the_slope_is_taken_before_the_view() -> None:
    critic = nn.Sequential(nn.Flatten(), nn.Linear(16, 1, bias=False))
    nn.init.ones_(critic[1].get_parameter("weight"))
    view = Views({"cutout": DiffAugment(policy=("cutout",))})
    round = round_of(critic, view=view, real=torch.randn(64, 1, 4, 4), fake=torch.randn(64, 1, 4, 4))

    paid = R1().penalty(round, CONTEST)

    assert 12 < paid.item() < 15  # of 16 pixels, those that a cutout of at most 4 leaves have a slope of 1
