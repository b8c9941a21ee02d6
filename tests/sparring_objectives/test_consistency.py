"""Consistency: who moved, by how much, and what the difference costs."""

from __future__ import annotations

import pytest
import torch
from judging import CONTEST, Scales, round_of
from torch import Tensor, nn

from sparring import GameError
from sparring.play.noise import Rows
from sparring_objectives.consistency import Consistency


class Watching(nn.Module):
    """The mean of a sample's first row, to which a shift and a flip make a difference."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Tensor] = []
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, sample: Tensor) -> Tensor:
        self.seen.append(sample)
        return self.weight * sample.flatten(1)[:, 0]


class Blind(nn.Module):
    def forward(self, sample: Tensor) -> Tensor:
        return sample.new_ones(len(sample))


def test_a_critic_that_does_not_see_the_move_pays_nothing() -> None:
    round = round_of(Blind(), real=torch.randn(4, 1, 8, 8), fake=torch.randn(4, 1, 8, 8))

    assert Consistency().penalty(round, CONTEST).item() == 0


@pytest.mark.parametrize(("sides", "calls"), [("real", 2), ("both", 4)])
def test_the_penalty_is_the_mean_square_of_the_scores_differences(sides: str, calls: int) -> None:
    critic = Watching()
    round = round_of(critic, real=torch.randn(16, 3, 16, 16), fake=torch.randn(16, 3, 16, 16))

    paid = Consistency(sides=sides).penalty(round, CONTEST)  # type: ignore[arg-type]

    assert len(critic.seen) == calls
    first = [sample.flatten(1)[:, 0] for sample in critic.seen]
    expected = sum((one - other).square().mean() for one, other in zip(first[::2], first[1::2], strict=True))
    assert paid.item() == pytest.approx(float(expected))
    assert paid.requires_grad


def test_scales_are_added_up() -> None:
    critic = Watching()
    one = Consistency().penalty(round_of(critic, real=torch.ones(4, 1, 8, 8).cumsum(3), fake=torch.zeros(4, 1, 8, 8)), CONTEST)

    both = Consistency().penalty(
        round_of(Scales([critic, critic]), real=torch.ones(4, 1, 8, 8).cumsum(3), fake=torch.zeros(4, 1, 8, 8)), CONTEST
    )

    assert both.item() == pytest.approx(2 * one.item())


def test_images_move_by_up_to_an_eighth_both_ways_and_turn_half_of_the_time() -> None:
    critic = Watching()
    across = torch.arange(32.0).expand(512, 1, 32, 32)
    down = across.mT

    Consistency(sides="real").penalty(round_of(critic, real=torch.cat([across, down], 1), fake=torch.zeros(512, 2, 32, 32)), CONTEST)

    moved = critic.seen[1]
    turned = moved[:, 0, 0, 20] < moved[:, 0, 0, 10]
    assert turned.float().mean().item() == pytest.approx(0.5, abs=0.1)
    assert set((15 - moved[~turned, 0, 0, 15]).tolist()) == set(range(-4, 5))
    assert set((15 - moved[:, 1, 15, 0]).tolist()) == set(range(-4, 5))
    assert moved[:, 0, 0].min() >= 0  # mirrored, not padded


def test_sound_is_shifted_and_not_turned() -> None:
    critic = Watching()
    wave = torch.arange(16.0).expand(64, 1, 16)

    Consistency(sides="real").penalty(round_of(critic, real=wave, fake=wave), CONTEST)

    assert set((8 - critic.seen[1][:, 0, 8]).tolist()) == {-2.0, -1.0, 0.0, 1.0, 2.0}
    assert (critic.seen[1][:, 0, 8] > critic.seen[1][:, 0, 7]).all()


def test_half_of_a_batch_moves_as_it_does_in_the_whole() -> None:
    whole, half = Watching(), Watching()
    real, fake = torch.randn(2, 8, 1, 16, 16)
    Consistency().penalty(round_of(whole, real=real, fake=fake), CONTEST)

    Consistency().penalty(round_of(half, rows=Rows(4, 4, 8), real=real[4:], fake=fake[4:]), CONTEST)

    for one, other in zip(whole.seen, half.seen, strict=True):
        assert torch.equal(one[4:], other)


def test_points_without_axes_are_refused() -> None:
    round = round_of(Watching(), real=torch.randn(4, 2), fake=torch.randn(4, 2))

    with pytest.raises(GameError, match=r"'real', of shape \(4, 2\), has none: take the term out of the recipe"):
        Consistency().penalty(round, CONTEST)


def test_a_shift_that_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match="shift is 4, but it is a share of a sample's length"):
        Consistency(shift=4)
