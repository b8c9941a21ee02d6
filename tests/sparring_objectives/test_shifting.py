"""Shifts, place by place."""

from __future__ import annotations

import torch

from sparring_objectives.shifting import reflected, shifted


def test_every_sample_moves_by_its_own_number_of_places_and_zeros_come_in() -> None:
    rows = torch.arange(1.0, 5).expand(3, 4)

    moved = shifted(rows, torch.tensor([0, 1, -2]), axis=1, padding="zero")

    assert moved.tolist() == [[1, 2, 3, 4], [0, 1, 2, 3], [3, 4, 0, 0]]


def test_a_mirror_at_the_ends_does_not_repeat_them() -> None:
    rows = torch.arange(1.0, 5).expand(3, 4)

    moved = shifted(rows, torch.tensor([1, -2, 5]), axis=1, padding="reflect")

    assert moved.tolist() == [[2, 1, 2, 3], [3, 4, 3, 2], [2, 3, 4, 3]]


def test_one_place_mirrors_to_itself() -> None:
    assert reflected(torch.tensor([-3, 0, 2]), 1).tolist() == [0, 0, 0]


def test_other_axes_are_left_alone() -> None:
    images = torch.randn(2, 3, 5, 7)

    moved = shifted(images, torch.tensor([2, -1]), axis=2, padding="zero")

    assert torch.equal(moved[0, :, 2:], images[0, :, :-2])
    assert torch.equal(moved[1, :, :-1], images[1, :, 1:])


def test_a_shift_differentiates_twice() -> None:
    images = torch.randn(2, 1, 4, 4, dtype=torch.double, requires_grad=True)

    assert torch.autograd.gradgradcheck(lambda x: shifted(x, torch.tensor([1, -3]), axis=3, padding="reflect").pow(3), images)
