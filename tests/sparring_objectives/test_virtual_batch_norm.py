"""Virtual batch norm: who refers to whom, and how strongly."""

from __future__ import annotations

import pytest
import torch

from sparring_objectives.virtual_batch_norm import Moments, VirtualBatchNorm


@pytest.fixture
def norm() -> VirtualBatchNorm:
    return VirtualBatchNorm(3)


@pytest.mark.parametrize("positions", [(), (7,), (5, 4)])
def test_a_reference_is_normalized_by_itself(norm: VirtualBatchNorm, positions: tuple[int, ...]) -> None:
    reference = 5 + 2 * torch.randn(8, 3, *positions)

    normalized, _ = norm(reference)

    dims = [0, *range(2, reference.ndim)]
    torch.testing.assert_close(normalized.mean(dims), norm.shift.detach(), atol=1e-5, rtol=0)
    torch.testing.assert_close(normalized.var(dims, unbiased=False).sqrt(), norm.scale.detach(), atol=1e-4, rtol=0)


def test_the_reference_referred_to_itself_stays_as_it_is(norm: VirtualBatchNorm) -> None:
    reference = torch.randn(8, 3, 7)
    normalized, moments = norm(reference)

    again, _ = norm(reference, moments)

    torch.testing.assert_close(again, normalized)


def test_mean_and_mean_square_are_mixed_as_one_sample_among_the_reference(norm: VirtualBatchNorm) -> None:
    reference, batch = torch.randn(4, 3, 7), 3 + torch.randn(4, 3, 7)
    _, moments = norm(reference)

    _, mixed = norm(batch, moments)

    torch.testing.assert_close(mixed.mean, (batch.mean((0, 2)) + 4 * reference.mean((0, 2))) / 5)
    torch.testing.assert_close(mixed.mean_square, (batch.square().mean((0, 2)) + 4 * reference.square().mean((0, 2))) / 5)


def test_a_huge_reference_has_the_last_word(norm: VirtualBatchNorm) -> None:
    huge = Moments(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([5.0, 8.0, 13.0]), samples=10**9)  # deviation 2 in every channel
    batch = torch.randn(2, 3, 7)

    normalized, _ = norm(batch, huge)

    expected = (batch - huge.mean[:, None]) / 2 * norm.scale[:, None] + norm.shift[:, None]
    torch.testing.assert_close(normalized, expected, atol=1e-5, rtol=1e-5)


def test_a_reference_without_variance_leaves_the_shift_and_no_nan(norm: VirtualBatchNorm) -> None:
    constant = torch.full((8, 3, 7), 100.1, requires_grad=True)

    normalized, moments = norm(constant)
    again, _ = norm(constant, moments)
    again.sum().backward()

    torch.testing.assert_close(normalized, torch.zeros(8, 3, 7), atol=0.02, rtol=0)
    assert constant.grad is not None
    assert constant.grad.isfinite().all()


def test_a_variance_that_rounding_makes_negative_is_taken_for_none(norm: VirtualBatchNorm) -> None:
    mean = torch.full((3,), 100.1)
    rounded = Moments(mean, mean.square() - 0.002, samples=8)  # two units in the last place of float32

    normalized, _ = norm(mean[:, None].expand(2, 3, 7), rounded)

    assert normalized.isfinite().all()


@pytest.mark.parametrize("positions", [(), (7,), (5, 4)])
def test_an_example_of_its_own_is_one_sample_among_the_reference(positions: tuple[int, ...]) -> None:
    norm = VirtualBatchNorm(3, own="example")
    reference, batch = torch.randn(4, 3, *positions), 3 + torch.randn(2, 3, *positions)
    _, moments = norm(reference)

    normalized, _ = norm(batch, moments)

    for example, expected in zip(batch, normalized, strict=True):
        own, dims = example.reshape(3, -1), [0, *range(2, reference.ndim)]
        mean = (own.mean(1) + 4 * reference.mean(dims)) / 5
        variance = (own.square().mean(1) + 4 * reference.square().mean(dims)) / 5 - mean.square()
        by_hand = (own - mean[:, None]) / (variance[:, None] + 1e-5).sqrt() * norm.scale[:, None] + norm.shift[:, None]
        torch.testing.assert_close(expected.reshape(3, -1), by_hand, atol=1e-5, rtol=1e-5)


def test_an_example_of_its_own_does_not_depend_on_the_others() -> None:
    norm = VirtualBatchNorm(3, own="example")
    batch, (_, moments) = torch.randn(6, 3, 7), norm(torch.randn(4, 3, 7))

    torch.testing.assert_close(norm(batch[:1], moments)[0], norm(batch, moments)[0][:1])
