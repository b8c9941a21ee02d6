"""The scores of sets whose modes are known."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from toy import ToyData

from sparring import DataError, SetMetric
from sparring_mixtures.gaussian_mixture import GaussianMixture
from sparring_mixtures.metrics import HighQualityShare, ModeDivergence, ModesReached

RING = GaussianMixture(held_out=100)
CENTRES = torch.from_numpy(RING.mixture.centres)
FAR = torch.full((2,), 9.0)


def scored(metric: SetMetric, points: list[Tensor]) -> float:
    examples = RING.examples("test")[: len(points)]
    return metric.score(metric.remember(points, examples, RING), examples, RING, "test").value


def test_points_on_all_centres_reach_all_modes_evenly_and_are_all_of_high_quality() -> None:
    points = list(CENTRES.repeat(5, 1))

    assert scored(ModesReached(), points) == 8
    assert scored(HighQualityShare(), points) == 1
    assert scored(ModeDivergence(), points) == 0


def test_a_collapsed_generator_reaches_one_mode_and_is_log_8_from_even() -> None:
    points = [CENTRES[3]] * 40

    assert scored(ModesReached(), points) == 1
    assert scored(HighQualityShare(), points) == 1
    assert scored(ModeDivergence(), points) == pytest.approx(math.log(8))


def test_points_between_the_modes_are_of_no_quality_and_their_divergence_is_not_defined() -> None:
    points = [torch.zeros(2)] * 10

    assert scored(ModesReached(), points) == 0
    assert scored(HighQualityShare(), points) == 0
    assert math.isnan(scored(ModeDivergence(), points))


def test_a_mode_is_reached_by_a_tenth_of_its_share_of_all_points() -> None:
    # of 80 points, 10 are a mode's share, and one a tenth of it; of 88, one is too few
    assert scored(ModesReached(), [CENTRES[0], *[FAR] * 79]) == 1
    assert scored(ModesReached(), [CENTRES[0], *[FAR] * 87]) == 0
    assert scored(ModesReached(least_share=0.05), [CENTRES[0], *[FAR] * 87]) == 1


def test_three_deviations_from_a_centre_are_high_quality_and_more_are_not() -> None:
    deviation = torch.tensor([RING.mixture.deviation, 0.0])

    assert scored(HighQualityShare(), [CENTRES[0] + 2.99 * deviation, CENTRES[0] + 3.01 * deviation]) == 0.5
    assert scored(HighQualityShare(deviations=4), [CENTRES[0] + 2.99 * deviation, CENTRES[0] + 3.01 * deviation]) == 1


def test_half_of_the_modes_are_log_2_from_even() -> None:
    assert scored(ModeDivergence(), list(CENTRES[:4])) == pytest.approx(math.log(2))


def test_the_protocol_says_what_counts() -> None:
    assert ModesReached(least_share=0.2).protocol() == {
        "high quality": "within 3 standard deviations of the nearest mode",
        "reached": "by 0.2 of its even share of all points, in points of high quality",
    }


def test_data_without_known_modes_are_refused() -> None:
    with pytest.raises(DataError, match="the modes of 10 toy points are not known: choose 'gaussian-mixture' as data, or other metrics"):
        HighQualityShare().score(torch.zeros(1, 2), [], ToyData(), "test")
