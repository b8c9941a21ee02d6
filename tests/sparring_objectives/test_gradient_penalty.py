"""The gradient penalty of a linear critic is known in closed form."""

from __future__ import annotations

import pytest
import torch
from judging import CONTEST, Scales, linear_critic, round_of
from torch import Tensor, nn

from sparring_objectives.gradient_penalty import GradientPenalty


@pytest.mark.parametrize(
    ("norm", "penalty", "expected"),
    [
        (3.0, GradientPenalty(), 4.0),
        (0.5, GradientPenalty(), 0.25),
        (3.0, GradientPenalty(sides="one"), 4.0),
        (0.5, GradientPenalty(sides="one"), 0.0),
        (3.0, GradientPenalty(target=0.0), 9.0),
    ],
)
def test_a_linear_critic_pays_the_square_of_what_its_norm_misses(norm: float, penalty: GradientPenalty, expected: float) -> None:
    round = round_of(linear_critic(norm), real=torch.randn(5, 2, 6), fake=torch.randn(5, 2, 6))

    paid = penalty.penalty(round, CONTEST)

    assert paid.item() == pytest.approx(expected, abs=1e-5)


def test_every_sample_pays_for_its_own_slope() -> None:
    class Square(nn.Module):
        def forward(self, sample: Tensor) -> Tensor:
            return sample.square().sum(dim=1, keepdim=True)

    points = torch.tensor([[3.0, 4.0], [0.0, 0.5]])  # slopes of norm 10 and 1
    round = round_of(Square(), real=points, fake=points)

    paid = GradientPenalty().penalty(round, CONTEST)

    assert paid.item() == pytest.approx((10 - 1) ** 2 / 2)


def test_the_points_lie_between_real_and_fake_at_a_share_of_their_own() -> None:
    seen = []

    class Watching(nn.Module):
        def forward(self, sample: Tensor) -> Tensor:
            seen.append(sample)
            return sample.sum(dim=1)

    round = round_of(Watching(), real=torch.ones(64, 3), fake=torch.zeros(64, 3))

    GradientPenalty().penalty(round, CONTEST)

    shares = seen[0][:, 0]
    assert torch.equal(seen[0], shares[:, None].expand(64, 3))
    assert 0 <= shares.min() < 0.1 < 0.9 < shares.max() <= 1


def test_the_penalty_teaches_the_critic() -> None:
    critic = linear_critic(3.0)
    round = round_of(critic, real=torch.randn(5, 12), fake=torch.randn(5, 12))

    GradientPenalty().penalty(round, CONTEST).backward()

    weight = critic[1].get_parameter("weight")
    torch.testing.assert_close(weight.grad, 2 * (3 - 1) * weight / 3)


def test_scores_of_several_scales_are_added_up_before_their_slope_is_taken() -> None:
    critic = linear_critic(1.5)
    round = round_of(Scales([critic, critic]), real=torch.randn(5, 12), fake=torch.randn(5, 12))

    paid = GradientPenalty().penalty(round, CONTEST)

    assert paid.item() == pytest.approx((2 * 1.5 - 1) ** 2, abs=1e-5)
