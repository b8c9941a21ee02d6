"""The multi-resolution STFT loss at points where its value is known."""

from __future__ import annotations

import math

import pytest
import torch

from sparring_audio.stft_loss import MultiResolutionStft


def test_equal_waveforms_are_no_distance_apart() -> None:
    wave = torch.randn(2, 1, 4096)

    assert MultiResolutionStft()(wave, wave).item() == 0


def test_twice_the_target_is_one_by_convergence_and_ln_2_by_log_magnitude() -> None:
    target = torch.randn(2, 1, 4096)

    distance = MultiResolutionStft()(2 * target, target)

    assert distance.item() == pytest.approx(1 + math.log(2), rel=1e-4)


def test_polarity_is_not_heard() -> None:
    wave = torch.randn(2, 1, 4096)

    assert MultiResolutionStft()(-wave, wave).item() == pytest.approx(0, abs=1e-6)


def test_a_silent_output_has_a_finite_gradient() -> None:
    output = torch.zeros(1, 1, 4096, requires_grad=True)

    MultiResolutionStft()(output, torch.randn(1, 1, 4096)).backward()

    assert output.grad is not None
    assert output.grad.isfinite().all()
