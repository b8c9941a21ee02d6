"""DRAGAN asks for a slope of one, around the data and nowhere else."""

from __future__ import annotations

import pytest
import torch
from judging import CONTEST, linear_critic, round_of
from torch import Tensor, nn

from sparring_objectives.dragan import Dragan


@pytest.mark.parametrize(("norm", "expected"), [(3.0, 4.0), (0.5, 0.25), (1.0, 0.0)])
def test_a_linear_critic_pays_the_square_of_what_its_norm_misses(norm: float, expected: float) -> None:
    round = round_of(linear_critic(norm), real=torch.randn(5, 2, 6), fake=torch.randn(5, 2, 6))

    paid = Dragan().penalty(round, CONTEST)

    assert paid.item() == pytest.approx(expected, abs=1e-5)


def test_samples_are_judged_within_half_a_deviation_of_the_real() -> None:
    seen = []

    class Watching(nn.Module):
        def forward(self, sample: Tensor) -> Tensor:
            seen.append(sample)
            return sample.sum(dim=1)

    real = 3 * torch.randn(512, 10)
    Dragan().penalty(round_of(Watching(), real=real, fake=torch.zeros(512, 10)), CONTEST)

    away = (seen[0] - real) / real.std(correction=0)
    assert away.min() >= 0
    assert 0.45 < away.max() <= 0.5001
    assert away.mean().item() == pytest.approx(0.5 / 4, abs=0.01)  # the product of two uniform draws
    assert away.max(dim=1).values.std() > 0.1  # every sample goes its own share of the way


def test_a_spread_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"spread is -1, but samples are perturbed by at least nothing; the paper's is 0\.5"):
        Dragan(spread=-1)
