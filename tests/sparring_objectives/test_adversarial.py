"""Losses at scores where their value and slope are known."""

from __future__ import annotations

import math

import pytest
import torch

from sparring import AdversarialLoss
from sparring_objectives.adversarial import Hinge, LeastSquares, Minimax, NonSaturating, Wasserstein

ZEROS, ONES = torch.zeros(4, 1), torch.ones(4, 1)


@pytest.mark.parametrize(
    ("loss", "discriminator", "generator"),
    [
        (Minimax(), 2 * math.log(2), -math.log(2)),
        (NonSaturating(), 2 * math.log(2), math.log(2)),
        (LeastSquares(), 0.5, 0.5),
        (LeastSquares(a=-1, b=1, c=0), 1.0, 0.0),
        (Hinge(), 2.0, 0.0),
        (Wasserstein(), 0.0, 0.0),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, AdversarialLoss) else None,
)
def test_zero_scores_cost_each_player_what_the_mathematics_says(loss: AdversarialLoss, discriminator: float, generator: float) -> None:
    assert loss.discriminator(ZEROS, ZEROS).item() == pytest.approx(discriminator)
    assert loss.generator(ZEROS, None).item() == pytest.approx(generator)


def slope(loss: AdversarialLoss, logits: torch.Tensor) -> torch.Tensor:
    logits = logits.clone().requires_grad_()
    return torch.autograd.grad(loss.generator(logits, None), logits)[0]


def test_the_saturating_generator_learns_least_where_it_loses_and_the_other_most() -> None:
    logits = torch.tensor([-8.0, -1.0, 0.0, 3.0])

    saturating, lasting = slope(Minimax(), logits), slope(NonSaturating(), logits)

    torch.testing.assert_close(saturating, -torch.sigmoid(logits) / 4)
    torch.testing.assert_close(lasting, -torch.sigmoid(-logits) / 4)
    assert saturating[0].abs() < lasting[0].abs() / 1000


@pytest.mark.parametrize("loss", [Minimax, NonSaturating])
def test_a_smoothed_label_of_the_real_is_cross_entropy_with_that_target_and_leaves_the_fake_alone(loss: type[NonSaturating]) -> None:
    real, fake = torch.randn(2, 8, 3)
    against = torch.nn.functional.binary_cross_entropy_with_logits

    value = loss(real_target=0.9).discriminator(real, fake)

    torch.testing.assert_close(value, against(real, torch.full_like(real, 0.9)) + against(fake, torch.zeros_like(fake)))
    torch.testing.assert_close(loss(real_target=0.9).generator(fake, None), loss().generator(fake, None))


def test_a_smoothed_discriminator_is_happiest_at_its_target_and_undecided_at_half_of_it() -> None:
    loss = NonSaturating(real_target=0.9)
    real = torch.tensor([math.log(0.9 / 0.1)], requires_grad=True)

    (gradient,) = torch.autograd.grad(loss.discriminator(real, torch.zeros(1)), real)

    assert gradient.item() == pytest.approx(0, abs=1e-6)
    assert loss.threshold is not None
    assert torch.sigmoid(torch.tensor(loss.threshold)).item() == pytest.approx(0.45)


def test_a_sure_discriminator_still_has_an_exact_small_loss() -> None:
    sure = torch.full((1,), 30.0)

    value = NonSaturating().discriminator(sure, -sure)

    assert value.item() == pytest.approx(2 * math.exp(-30), rel=1e-3)


def test_lsgan_at_scores_of_a_half_is_a_quarter_for_the_discriminator() -> None:
    assert LeastSquares().discriminator(ONES / 2, ONES / 2).item() == 0.25


@pytest.mark.parametrize(("a", "b", "c"), [(0.0, 1.0, 1.0), (-1.0, 1.0, 0.0)])
def test_lsgan_is_nothing_where_each_player_has_what_it_wants(a: float, b: float, c: float) -> None:
    loss = LeastSquares(a=a, b=b, c=c)

    assert loss.discriminator(b * ONES, a * ONES).item() == 0
    assert loss.generator(c * ONES, None).item() == 0


def test_the_hinge_is_nothing_beyond_its_margin_and_the_generators_share_has_none() -> None:
    assert Hinge().discriminator(3 * ONES, -2 * ONES).item() == 0
    assert Hinge().discriminator(0.5 * ONES, -0.25 * ONES).item() == pytest.approx(0.5 + 0.75)
    assert Hinge().generator(3 * ONES, None).item() == -3


def test_the_critic_gains_by_scoring_real_above_fake_and_the_generator_by_its_own_score() -> None:
    real, fake = torch.tensor([3.0, 1.0]), torch.tensor([0.5, 1.5])

    assert Wasserstein().discriminator(real, fake).item() == -1
    assert Wasserstein().generator(fake, None).item() == -1


@pytest.mark.parametrize(("loss", "indifferent"), [(Wasserstein(), True), (Hinge(), False), (NonSaturating(), False)])
def test_a_constant_added_to_all_scores_changes_nothing_for_the_critic_alone(loss: AdversarialLoss, indifferent: bool) -> None:
    real, fake = torch.randn(2, 8, 1)

    change = loss.discriminator(real + 7, fake + 7) - loss.discriminator(real, fake)

    assert (change.abs().item() < 1e-5) is indifferent


@pytest.mark.parametrize(
    ("loss", "threshold"),
    [(Minimax(), 0.0), (NonSaturating(), 0.0), (Hinge(), 0.0), (LeastSquares(), 0.5), (LeastSquares(a=-1, b=1, c=0), 0.0)],
)
def test_a_score_on_the_right_side_of_the_threshold_is_a_right_verdict(loss: AdversarialLoss, threshold: float) -> None:
    real, fake = torch.tensor([0.1, 0.2, -0.1, 0.0]) + threshold, torch.tensor([-0.1, -0.2, -0.3, 0.4]) + threshold

    accuracy = loss.measure(real, fake)["accuracy"]

    assert accuracy.item() == pytest.approx((2.5 + 3) / 8)


def test_a_critic_is_right_about_pairs() -> None:
    real, fake = torch.tensor([5.0, 7.0, 1.0, 2.0]), torch.tensor([4.0, 6.0, 2.0, 2.0])

    assert Wasserstein().measure(real, fake)["accuracy"].item() == pytest.approx(2.5 / 4)


@pytest.mark.parametrize("target", [0.0, -0.5, 1.1])
@pytest.mark.parametrize("loss", [Minimax, NonSaturating])
def test_a_target_that_is_no_label_of_the_real_is_refused(loss: type[NonSaturating], target: float) -> None:
    with pytest.raises(ValueError, match="real_target is the label of the real, above 0 and at most 1"):
        loss(real_target=target)


@pytest.mark.parametrize("targets", [{"a": 1.0, "b": 0.0}, {"c": 0.0}])
def test_least_squares_targets_must_put_the_real_above_the_fake(targets: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must be above a = [01] \(the fake's\)"):
        LeastSquares(**targets)
