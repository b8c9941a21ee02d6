"""Identities of the scores (from features alone), and agreement with torch-fidelity's formulas."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch_fidelity.metric_fid import KEY_METRIC_FID, fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import KEY_METRIC_ISC_MEAN, KEY_METRIC_ISC_STD, isc_features_to_metric
from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, KEY_METRIC_KID_STD, kid_features_to_metric
from torch_fidelity.metric_prc import KEY_METRIC_PRECISION, KEY_METRIC_RECALL, prc_features_to_metric

from sparring import DataError
from sparring_vision.fid import Fid, Moments, frechet_distance, moments
from sparring_vision.inception_score import inception_scores
from sparring_vision.kid import Kid, discrepancy, subset_distances
from sparring_vision.manifold import Coverage, Density, Precision, Recall, distances, nearest, radii
from sparring_vision.modes import divergence, shares


def cloud(count: int, width: int, *, seed: int, shift: float = 0.0, scale: float = 1.0) -> Tensor:
    return torch.randn((count, width), generator=torch.Generator().manual_seed(seed)) * scale + shift


def normal(mean: list[float], variance: float) -> Moments:
    return Moments(torch.tensor(mean, dtype=torch.float64), variance * torch.eye(len(mean), dtype=torch.float64))


def test_fid_of_shifted_normals_is_the_squared_shift() -> None:
    assert frechet_distance(normal([0, 0, 0], 1), normal([1, 2, 2], 1)) == pytest.approx(9)


def test_fid_of_standard_normal_and_one_of_mean_1_and_deviation_2_is_two() -> None:
    assert frechet_distance(normal([0], 1), normal([1], 4)) == pytest.approx(2)


def test_fid_of_doubled_deviations_is_the_width() -> None:
    assert frechet_distance(normal([0] * 7, 1), normal([0] * 7, 4)) == pytest.approx(7)


def test_fid_of_a_set_with_itself_is_zero_even_with_fewer_images_than_features() -> None:
    features = cloud(20, 50, seed=0)

    assert Fid().compare(features, features.clone()).value == pytest.approx(0, abs=1e-5)


def test_fid_agrees_with_torch_fidelity() -> None:
    fake, real = cloud(300, 16, seed=0, shift=0.3, scale=1.5), cloud(200, 16, seed=1)
    theirs = fid_statistics_to_metric(fid_features_to_statistics(fake.double()), fid_features_to_statistics(real.double()), False)

    assert Fid().compare(fake, real).value == pytest.approx(theirs[KEY_METRIC_FID], rel=1e-8)


def test_fid_of_a_single_image_is_refused() -> None:
    with pytest.raises(DataError, match=r"^the Fréchet distance needs two images at least, and there are 1$"):
        moments(torch.zeros(1, 4))


def test_kid_of_a_set_with_itself_is_what_the_missing_diagonal_leaves() -> None:
    features = cloud(30, 8, seed=0)
    table = (features.double() @ features.double().T / 8 + 1) ** 3
    off_diagonal = (table.sum() - table.trace()) / (30 * 29)

    value = discrepancy(features, features)

    assert float(value) == pytest.approx(float(2 / 30 * (off_diagonal - table.diagonal().mean())))
    assert value < 0


def test_kid_of_fresh_samples_of_one_distribution_is_zero_on_average() -> None:
    values = torch.stack([discrepancy(cloud(40, 4, seed=seed), cloud(40, 4, seed=1000 + seed)) for seed in range(200)])

    assert abs(float(values.mean())) < 4 * float(values.std()) / math.sqrt(200)


def test_kid_agrees_with_torch_fidelity_subset_by_subset() -> None:
    fake, real = cloud(150, 16, seed=0, shift=0.3), cloud(120, 16, seed=1)
    theirs = kid_features_to_metric(fake, real, kid_subsets=10, kid_subset_size=50, verbose=False)

    ours = subset_distances(fake, real, subsets=10, size=50)

    assert float(ours.mean()) == pytest.approx(theirs[KEY_METRIC_KID_MEAN], rel=1e-4)
    assert float(ours.std(correction=0)) == pytest.approx(theirs[KEY_METRIC_KID_STD], rel=1e-4)


def test_kid_is_told_in_thousandths_without_spread_where_the_set_is_one_subset() -> None:
    fake, real = cloud(50, 16, seed=0, shift=0.3), cloud(50, 16, seed=1)

    score = Kid().compare(fake, real)

    assert score.value == pytest.approx(1000 * float(discrepancy(fake, real)))
    assert math.isnan(score.spread)


def test_inception_score_of_evenly_spread_sure_classes_is_their_number() -> None:
    logits = 1000 * torch.eye(5).repeat(20, 1)

    assert float(inception_scores(logits, splits=1)) == pytest.approx(5)


def test_inception_score_of_one_answer_for_all_is_one() -> None:
    logits = torch.tensor([[3.0, 1.0, -2.0]]).repeat(50, 1)

    assert inception_scores(logits, splits=10).tolist() == pytest.approx([1.0] * 10)


def test_inception_score_agrees_with_torch_fidelity() -> None:
    logits = cloud(503, 10, seed=0, scale=3)
    theirs = isc_features_to_metric(logits)

    ours = inception_scores(logits, splits=10)

    assert float(ours.mean()) == pytest.approx(theirs[KEY_METRIC_ISC_MEAN])
    assert float(ours.std(correction=0)) == pytest.approx(theirs[KEY_METRIC_ISC_STD])


def test_precision_recall_and_coverage_of_a_set_with_itself_are_one() -> None:
    features = cloud(60, 8, seed=0)

    for score in (Precision(), Recall(), Coverage()):
        assert score.compare(features, features.clone()).value == 1


def test_far_apart_sets_have_no_precision_recall_density_or_coverage() -> None:
    fake, real = cloud(60, 8, seed=0, shift=100), cloud(60, 8, seed=1)

    for score in (Precision(), Recall(), Density(), Coverage()):
        assert score.compare(fake, real).value == 0


def test_precision_and_recall_agree_with_torch_fidelity_which_is_which() -> None:
    fake, real = cloud(150, 6, seed=0, scale=0.7), cloud(200, 6, seed=1)
    theirs = prc_features_to_metric(fake, real, prc_neighborhood=3, prc_batch_size=100, save_cpu_ram=False, verbose=False)

    assert Precision().compare(fake, real).value == pytest.approx(theirs[KEY_METRIC_PRECISION])
    assert Recall().compare(fake, real).value == pytest.approx(theirs[KEY_METRIC_RECALL])
    assert theirs[KEY_METRIC_PRECISION] > theirs[KEY_METRIC_RECALL] + 0.1


def test_density_counts_balls_and_coverage_counts_centres_and_a_surface_is_outside() -> None:
    real = torch.arange(7.0)[:, None]
    fake = torch.zeros((2, 1))

    # with k = 5 the end of a line of seven lies in the balls of 0, 1 and 2, and on the surface of that of 3
    assert radii(real, 5).tolist() == [5, 4, 3, 3, 3, 4, 5]
    assert Density().compare(fake, real).value == pytest.approx(3 / 5)
    assert Coverage().compare(fake, real).value == pytest.approx(3 / 7)


def test_distances_in_parts_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    points, others = cloud(50, 5, seed=0), cloud(30, 5, seed=1)
    whole = torch.cat(list(distances(points, others)))
    monkeypatch.setattr("sparring_vision.manifold.MOST_DISTANCES", 30 * 7)

    parts = list(distances(points, others))

    assert [len(part) for part in parts] == [7] * 7 + [1]
    torch.testing.assert_close(torch.cat(parts), whole)
    torch.testing.assert_close(nearest(points, others), torch.cdist(points.double(), others.double()).amin(dim=1))


def test_too_few_images_for_a_neighbourhood_are_refused() -> None:
    with pytest.raises(DataError, match=r"^3 images are too few for 3 neighbours each: judge more of them$"):
        Precision().compare(cloud(10, 2, seed=0), cloud(3, 2, seed=1))


def test_divergence_of_one_class_from_an_even_spread_is_the_logarithm_of_their_number() -> None:
    even = shares(torch.arange(8), classes=8)

    assert divergence(shares(torch.zeros(5, dtype=torch.int64), classes=8), even) == pytest.approx(math.log(8))
    assert divergence(even, even) == 0
