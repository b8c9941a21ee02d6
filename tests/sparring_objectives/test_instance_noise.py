"""Instance noise falls to nothing."""

from __future__ import annotations

import pytest
import torch
from judging import noise_of

from sparring.play.noise import Rows
from sparring.play.progress import Progress
from sparring_objectives.instance_noise import InstanceNoise


@pytest.mark.parametrize(("step", "over", "expected"), [(0, None, 0.5), (50, None, 0.25), (0, 20, 0.5), (5, 20, 0.375)])
def test_the_deviation_falls_linearly(step: int, over: int | None, expected: float) -> None:
    view = InstanceNoise(std=0.5, over=over)

    seen = view(torch.zeros(100, 1, 10, 10), noise_of(100), Progress(step=step, samples=0, steps=100))

    assert seen.std().item() == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("step", [20, 90])
def test_when_it_is_over_nothing_is_changed(step: int) -> None:
    judged = torch.randn(4, 3)

    assert torch.equal(InstanceNoise(over=20)(judged, noise_of(4), Progress(step=step, samples=0, steps=100)), judged)


def test_half_of_a_batch_is_blurred_as_it_is_in_the_whole() -> None:
    judged, now = torch.randn(8, 3), Progress(step=0, samples=0, steps=100)

    half = InstanceNoise()(judged[4:], noise_of(4, rows=Rows(4, 4, 8)), now)

    assert torch.equal(half, InstanceNoise()(judged, noise_of(8), now)[4:])


def test_noise_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"std is -0\.1 and over is None, but noise is at least 0"):
        InstanceNoise(std=-0.1)
