"""The data are keyed draws: the same number gives the same point, another epoch another one."""

from __future__ import annotations

import numpy as np
import torch

from sparring_mixtures.gaussian_mixture import GaussianMixture


def test_a_sample_is_a_function_of_its_draw() -> None:
    data = GaussianMixture()

    first, again, other = (data.sample(0, np.random.default_rng(seed))["real"] for seed in (1, 1, 2))

    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_each_split_has_2500_points_of_its_own_that_stay_the_same() -> None:
    validation, test = GaussianMixture().examples("validation"), GaussianMixture().examples("test")

    assert len(validation) == len(test) == len({example.name for example in validation}) == 2500
    assert torch.equal(test[7].point, GaussianMixture().examples("test")[7].point)
    assert not torch.equal(test[7].point, validation[7].point)


def test_eight_and_twenty_five_modes_are_the_usual_ones_and_others_can_be_had() -> None:
    assert GaussianMixture().mixture.modes == 8
    assert GaussianMixture(shape="grid").mixture.modes == 25
    assert GaussianMixture(shape="grid", modes=9).mixture.modes == 9


def test_other_modes_are_other_data() -> None:
    prints = {data.fingerprint() for data in (GaussianMixture(), GaussianMixture(modes=9), GaussianMixture(shape="grid"))}

    assert len(prints) == 3


def test_the_description_says_what_the_truth_is() -> None:
    assert GaussianMixture().describe() == "a ring of 8 Gaussians, standard deviation 0.0141"
