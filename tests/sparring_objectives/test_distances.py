"""Distances at tensors where they can be counted by hand."""

from __future__ import annotations

import math

import pytest
import torch

from sparring_objectives.distances import L1, L2, CrossEntropy, GaussianKL, TotalVariation


@pytest.mark.parametrize(("loss", "distance"), [(L1(), 2.0), (L2(), 5.0)])
def test_l1_and_l2_are_means_over_every_element(loss: torch.nn.Module, distance: float) -> None:
    output, target = torch.tensor([[1.0, 3.0]]), torch.tensor([[0.0, 0.0]])

    assert loss(output, target).item() == distance


@pytest.mark.parametrize("positions", [(), (3, 2)])
def test_cross_entropy_of_a_guess_among_k_classes_is_log_k(positions: tuple[int, ...]) -> None:
    logits, labels = torch.zeros(4, 10, *positions), torch.randint(10, (4, *positions))

    assert CrossEntropy()(logits, labels).item() == pytest.approx(math.log(10))


def test_cross_entropy_is_of_the_class_that_the_label_names() -> None:
    logits = torch.tensor([[0.0, 1.0, 0.0], [2.0, 0.0, 0.0]])

    right, wrong = CrossEntropy()(logits, torch.tensor([1, 0])), CrossEntropy()(logits, torch.tensor([0, 1]))

    assert (wrong - right).item() == pytest.approx((1 + 2) / 2)


@pytest.mark.parametrize(("mean", "log_deviation", "divergence"), [(0.0, 0.0, 0.0), (1.0, 0.0, 0.5), (0.0, 1.0, 2.1945)])
def test_the_divergence_from_the_standard_gaussian_per_dimension(mean: float, log_deviation: float, divergence: float) -> None:
    means, deviations = torch.full((3, 5), mean), torch.full((3, 5), log_deviation)

    assert GaussianKL()(means, deviations).item() == pytest.approx(divergence, abs=1e-4)


def test_gaussian_kl_is_that_of_torch_distributions() -> None:
    mean, log_deviation = torch.randn(2, 3, 5)
    given, standard = torch.distributions.Normal(mean, log_deviation.exp()), torch.distributions.Normal(0.0, 1.0)

    torch.testing.assert_close(GaussianKL()(mean, log_deviation), torch.distributions.kl_divergence(given, standard).mean())


def test_a_flat_image_has_no_total_variation_and_a_ramp_the_sum_of_its_slopes() -> None:
    rows, columns = torch.meshgrid(torch.arange(6.0), torch.arange(4.0), indexing="ij")

    assert TotalVariation()(torch.full((2, 3, 6, 4), 0.7)).item() == 0
    assert TotalVariation()((0.5 * rows - 2 * columns).expand(2, 3, 6, 4)).item() == pytest.approx(0.5 + 2)
    assert TotalVariation()((3 * torch.arange(5.0)).expand(2, 1, 5)).item() == 3
