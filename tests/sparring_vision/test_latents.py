"""Latents by number: the same ones whoever asks, of the distribution that was asked for."""

from __future__ import annotations

import pytest
import torch

from sparring_vision import draw_latents, truncate


def keys(count: int) -> list[tuple[int, int]]:
    return [(0, number) for number in range(count)]


def test_a_latent_depends_on_its_own_key_alone() -> None:
    together = draw_latents(keys(20), (4, 2))

    alone = draw_latents([(0, 7)], (4, 2))

    assert torch.equal(together[7], alone[0])
    assert len(torch.unique(together)) == 20 * 8


def test_another_seed_or_name_draws_another_latent() -> None:
    latents = draw_latents([(0, 1), (1, 1), (1, 0), ("0", 1), (0, 11)], (50,))

    assert len(torch.unique(latents, dim=0)) == 5


def test_normal_latents_have_mean_0_and_deviation_1() -> None:
    latents = draw_latents(keys(200), (100,))

    assert latents.mean() == pytest.approx(0, abs=0.03)
    assert latents.std() == pytest.approx(1, abs=0.03)


def test_uniform_latents_fill_the_range_from_minus_1_to_1() -> None:
    latents = draw_latents(keys(200), (100,), distribution="uniform")

    assert float(latents.min()) == pytest.approx(-1, abs=0.001)
    assert float(latents.max()) == pytest.approx(1, abs=0.001)
    assert latents.std() == pytest.approx(3**-0.5, abs=0.01)


def test_truncated_latents_are_distributed_as_if_drawn_again_until_inside() -> None:
    latents = draw_latents(keys(200), (100,))

    truncated = truncate(latents, 1.0)

    kept = latents[latents.abs() <= 1]
    shares = torch.tensor([0.1, 0.25, 0.5, 0.75, 0.9])
    assert truncated.abs().max() <= 1
    torch.testing.assert_close(truncated.flatten().quantile(shares), kept.quantile(shares), atol=0.02, rtol=0)


def test_truncation_keeps_the_order_of_latents_and_a_great_one_changes_nothing() -> None:
    latents = draw_latents(keys(10), (10,))

    assert torch.equal(truncate(latents, 0.5).flatten().argsort(), latents.flatten().argsort())
    torch.testing.assert_close(truncate(latents, 12.0), latents, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("truncation", [0.1, 2.0, 12.0, 40.0])
def test_even_latents_far_out_are_truncated_to_finite_ones(truncation: float) -> None:
    truncated = truncate(torch.tensor([[-50.0, 0.0, 50.0]]), truncation)

    torch.testing.assert_close(truncated, torch.tensor([[-truncation, 0, truncation]]))


def test_no_key_draws_no_latent() -> None:
    assert draw_latents([], (3,)).shape == (0, 3)
