from __future__ import annotations

import itertools
from collections import Counter

import pytest
import torch

from sparring.play.key import fold
from sparring.play.noise import Noise, Rows
from sparring.play.sampler import Positions, Stream

CPU = torch.device("cpu")


def test_two_processes_draw_the_noise_of_one() -> None:
    whole = Noise((1, "fake"), Rows(0, 8, 8), CPU).normal(3)
    halves = [Noise((1, "fake"), Rows(start, 4, 8), CPU).normal(3) for start in (0, 4)]

    assert torch.equal(whole, torch.cat(halves))


def test_draws_differ_by_key_and_by_call() -> None:
    noise = Noise((1, "fake"), Rows(0, 8, 8), CPU)

    first, second = noise.normal(3), noise.normal(3)

    assert not torch.equal(first, second)
    assert not torch.equal(first, Noise((2, "fake"), Rows(0, 8, 8), CPU).normal(3))


def test_a_key_folds_to_the_same_seed_on_every_machine() -> None:
    assert fold(1, "noise", 2) == 5565863962173718437
    assert fold(1, "noise", 2) != fold("1", "noise", 2)


def test_every_epoch_plays_every_sample_once_in_another_order() -> None:
    stream = Stream(10, seed=3)

    drawn = [stream.at(position) for position in range(30)]

    assert Counter(drawn) == Counter((epoch, sample) for epoch in range(3) for sample in range(10))
    assert drawn[:10] != [(0, sample) for sample in range(10)]
    assert [sample for _, sample in drawn[:10]] != [sample for _, sample in drawn[10:20]]


@pytest.mark.parametrize("world", [1, 2, 4])
def test_processes_share_each_global_batch(world: int) -> None:
    parts = [list(Positions(start=16, end=48, batch_size=8, rank=rank, world=world)) for rank in range(world)]

    together = [list(itertools.chain(*batch)) for batch in zip(*parts, strict=True)]

    assert together == [list(range(first, first + 8)) for first in (16, 24, 32, 40)]
