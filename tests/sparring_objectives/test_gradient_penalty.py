"""The gradient penalty of a linear critic is known in closed form."""

from __future__ import annotations

from typing import ClassVar

import pytest
import torch
from torch import Tensor, nn

from sparring import Contest, Round, Task, tensor
from sparring.play.graph import Graph
from sparring.play.networks import Networks
from sparring.play.noise import Rows
from sparring.play.progress import Progress
from sparring.play.round import Hand
from sparring_objectives.gradient_penalty import GradientPenalty

CONTEST = Contest(real="real_score", fake="fake_score", judged=("real", "fake"))


class Samples(Task):
    contests: ClassVar[tuple[Contest, ...]] = (CONTEST,)

    @tensor
    def real_score(self, critic: nn.Module, real: Tensor) -> Tensor:
        return critic(real)

    @tensor
    def fake_score(self, critic: nn.Module, fake: Tensor) -> Tensor:
        return critic(fake)


def round_of(critic: nn.Module, **fields: Tensor) -> Round:
    learned = {"critic": frozenset({"critic"})}
    batch = len(fields["real"])
    progress, rows = Progress(step=0, samples=0, steps=1), Rows(0, batch, batch)
    hand = Hand(fields, progress=progress, rows=rows, key=(1, 0), device=torch.device("cpu"), waiting=learned)
    return Round(Graph(Samples(), ["critic"], fields), Networks({"critic": critic}), hand, "critic")


def linear_critic(norm: float) -> nn.Sequential:
    linear = nn.Linear(12, 1)
    with torch.no_grad():
        linear.weight.mul_(norm / linear.weight.norm())
    return nn.Sequential(nn.Flatten(), linear)


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
