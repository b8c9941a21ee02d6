"""Losses at points where their value is known."""

from __future__ import annotations

import pytest
import torch

from sparring_objectives.losses import L1, L2, LeastSquares, Wasserstein


def test_lsgan_at_zero_scores_is_a_half_for_both_players() -> None:
    scores = torch.zeros(4, 1)

    loss = LeastSquares()

    assert loss.discriminator(scores, scores).item() == 0.5
    assert loss.generator(scores, scores).item() == 0.5


def test_lsgan_at_scores_of_a_half_is_a_quarter_for_the_discriminator() -> None:
    scores = torch.full((4, 1), 0.5)

    loss = LeastSquares().discriminator(scores, scores)

    assert loss.item() == 0.25


def test_lsgan_is_nothing_where_each_player_has_what_it_wants() -> None:
    ones, zeros = torch.ones(4, 1), torch.zeros(4, 1)

    loss = LeastSquares()

    assert loss.discriminator(ones, zeros).item() == 0
    assert loss.generator(ones, zeros).item() == 0


def test_the_critic_gains_by_scoring_real_above_fake_and_the_generator_by_its_own_score() -> None:
    real, fake = torch.tensor([3.0, 1.0]), torch.tensor([0.5, 1.5])

    loss = Wasserstein()

    assert loss.discriminator(real, fake).item() == -1
    assert loss.generator(fake, real).item() == -1


def test_a_constant_added_to_all_scores_changes_nothing_for_the_critic() -> None:
    real, fake = torch.randn(2, 8, 1)

    loss = Wasserstein().discriminator(real + 7, fake + 7)

    torch.testing.assert_close(loss, Wasserstein().discriminator(real, fake))


@pytest.mark.parametrize(("loss", "distance"), [(L1(), 2.0), (L2(), 5.0)])
def test_l1_and_l2_are_means_over_every_element(loss: torch.nn.Module, distance: float) -> None:
    output, target = torch.tensor([[1.0, 3.0]]), torch.tensor([[0.0, 0.0]])

    assert loss(output, target).item() == distance
