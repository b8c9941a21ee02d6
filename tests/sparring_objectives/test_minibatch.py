"""Layers that compare the samples of a batch: minibatch discrimination and minibatch deviation."""

from __future__ import annotations

import math

import pytest
import torch

from sparring_objectives.minibatch_deviation import MinibatchDeviation
from sparring_objectives.minibatch_discrimination import MinibatchDiscrimination


def measuring_the_feature(kernels: int = 2) -> MinibatchDiscrimination:
    """Of one feature, every kernel measures the feature itself."""
    layer = MinibatchDiscrimination(1, kernels=kernels, dimensions=1)
    torch.nn.init.ones_(layer.directions)
    return layer


def test_two_samples_that_are_the_same_are_as_close_as_can_be() -> None:
    likeness = measuring_the_feature().likeness(torch.tensor([[3.0], [3.0]]))

    torch.testing.assert_close(likeness, torch.ones(2, 2))


def test_two_samples_at_distance_one_are_close_by_a_factor_of_e() -> None:
    likeness = measuring_the_feature().likeness(torch.tensor([[3.0], [4.0]]))

    torch.testing.assert_close(likeness, torch.full((2, 2), math.exp(-1)))


def test_a_sample_alone_is_like_no_other() -> None:
    assert MinibatchDiscrimination(4, kernels=3).likeness(torch.randn(1, 4)).tolist() == [[0.0, 0.0, 0.0]]


def test_distances_are_summed_over_dimensions_and_likeness_over_the_other_samples() -> None:
    layer, features = MinibatchDiscrimination(6, kernels=4, dimensions=3), torch.randn(5, 6)
    weight = torch.nn.functional.normalize(layer.directions, dim=0)
    measured = torch.einsum("nf, fkd -> nkd", features, weight)

    likeness = layer.likeness(features)

    expected = sum(torch.exp(-(measured[0] - measured[other]).abs().sum(1)) for other in range(1, 5))
    torch.testing.assert_close(likeness[0], expected)


def test_averages_are_the_sums_over_the_number_of_the_others() -> None:
    torch.manual_seed(0)
    sums, averages = MinibatchDiscrimination(6, kernels=3), MinibatchDiscrimination(6, kernels=3, average=True)
    averages.load_state_dict(sums.state_dict())
    features = torch.randn(5, 6)

    assert torch.allclose(averages.likeness(features), sums.likeness(features) / 4)


def test_the_order_of_the_batch_does_not_matter() -> None:
    layer, features, order = MinibatchDiscrimination(6, kernels=4), torch.randn(5, 6), torch.randperm(5)

    torch.testing.assert_close(layer(features[order]), layer(features)[order])


def test_the_features_stay_in_front_of_the_likeness() -> None:
    features = torch.randn(5, 6)

    assert torch.equal(MinibatchDiscrimination(6, kernels=4)(features)[:, :6], features)


def test_minibatch_discrimination_can_be_differentiated_twice() -> None:
    layer, features = MinibatchDiscrimination(2, kernels=2), torch.randn(3, 2, requires_grad=True)

    (slope,) = torch.autograd.grad(layer.likeness(features).square().sum(), features, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.square().sum(), features)

    assert curvature.isfinite().all()
    assert curvature.abs().sum() > 0


def test_deviation_is_that_of_each_group_averaged_over_channels_and_positions() -> None:
    batch = torch.randn(8, 3, 2, 2)
    batch[4:] *= 10

    added = MinibatchDeviation(group=4)(batch)

    assert torch.equal(added[:, :3], batch)
    for group in (slice(0, 4), slice(4, 8)):
        expected = batch[group].std(0, correction=0).mean()
        torch.testing.assert_close(added[group, 3], expected.expand(4, 2, 2))


def test_rows_left_over_are_a_group_of_their_own() -> None:
    batch = torch.randn(6, 3)

    added = MinibatchDeviation(group=4)(batch)

    torch.testing.assert_close(added[4:, 3], batch[4:].std(0, correction=0).mean().expand(2))


def test_samples_that_are_all_the_same_deviate_by_nothing_and_give_finite_gradients() -> None:
    batch = torch.ones(4, 3, 2, 2, requires_grad=True)

    added = MinibatchDeviation()(batch)
    added.sum().backward()

    torch.testing.assert_close(added[:, 3], torch.zeros(4, 2, 2), atol=1e-3, rtol=0)
    assert batch.grad is not None
    assert batch.grad.isfinite().all()


def test_a_group_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="take a group of 2 or more, not 1"):
        MinibatchDeviation(group=1)
