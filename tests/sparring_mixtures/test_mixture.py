"""The mixtures are those of WGAN-GP's toy experiments, and what is known of their truth is true."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sparring_mixtures.mixture import Mixture, grid, ring


def test_the_ring_has_its_centres_every_45_degrees_at_a_radius_of_two_over_1_414() -> None:
    mixture = ring(8)

    angles = np.degrees(np.arctan2(mixture.centres[:, 1], mixture.centres[:, 0])) % 360

    np.testing.assert_allclose(np.linalg.norm(mixture.centres, axis=1), 2 / 1.414, rtol=1e-6)
    np.testing.assert_allclose(np.sort((angles + 1) % 360 - 1), np.arange(8) * 45, atol=1e-4)
    assert mixture.deviation == pytest.approx(0.02 / 1.414)


def test_the_grid_is_two_times_minus_two_to_two_squared_over_2_828() -> None:
    mixture = grid(25)

    assert {(round(x * 2.828), round(y * 2.828)) for x, y in mixture.centres} == {
        (2 * i, 2 * j) for i in range(-2, 3) for j in range(-2, 3)
    }
    assert mixture.deviation == pytest.approx(0.05 / 2.828)


def test_a_grid_that_is_not_square_is_refused_with_the_two_nearest_that_are() -> None:
    with pytest.raises(ValueError, match="a grid has a square number of modes, not 8: choose 4 or 9"):
        grid(8)


def test_points_are_as_far_from_the_modes_as_gaussians_are_and_reach_all_of_them_evenly() -> None:
    mixture, draw = ring(8), np.random.default_rng(0)

    modes, deviations = mixture.nearest(torch.stack([mixture.point(draw) for _ in range(4000)]))

    # of a round Gaussian in the plane, 1 - exp(-r²/2) lies within r standard deviations
    assert float((deviations <= 3).double().mean()) == pytest.approx(0.989, abs=0.005)
    assert float((deviations <= 1).double().mean()) == pytest.approx(0.393, abs=0.025)
    assert int(torch.bincount(modes, minlength=8).min()) > 420


def test_the_nearest_mode_is_named_by_its_number_and_how_many_deviations_it_is_away() -> None:
    mixture = Mixture(np.array([[0, 0], [1, 0]], dtype=np.float32), deviation=0.1)

    modes, deviations = mixture.nearest(torch.tensor([[0.2, 0.0], [1.0, -0.3]]))

    assert modes.tolist() == [0, 1]
    assert deviations.tolist() == pytest.approx([2, 3], rel=1e-5)
