"""Warps: known moves put known pixels in known places."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from sparring_objectives.warp import moving, scaling, turning, warped


def each(number: float, batch: int = 2) -> Tensor:
    return torch.full((batch,), number, dtype=torch.double)


@pytest.fixture
def images() -> Tensor:
    return torch.randn(2, 3, 6, 6, dtype=torch.double)


def test_the_identity_changes_nothing(images: Tensor) -> None:
    assert torch.equal(warped(images, scaling(each(1), each(1))), images)


def test_a_negative_width_is_a_flip(images: Tensor) -> None:
    torch.testing.assert_close(warped(images, scaling(each(-1), each(1))), images.flip(3))


def test_a_quarter_turn_is_torchs_rot90(images: Tensor) -> None:
    torch.testing.assert_close(warped(images, turning(each(math.pi / 2))), images.rot90(1, (2, 3)))


def test_what_is_read_from_the_right_moves_left_and_the_border_is_mirrored(images: Tensor) -> None:
    moved = warped(images, moving(each(2), each(0)))

    torch.testing.assert_close(moved[..., :4], images[..., 2:])
    torch.testing.assert_close(moved[..., 4:], images[..., [4, 3]])


def test_between_pixels_values_are_interpolated(images: Tensor) -> None:
    moved = warped(images, moving(each(0), each(0.25)))

    torch.testing.assert_close(moved[:, :, :-1], 0.75 * images[:, :, :-1] + 0.25 * images[:, :, 1:])


def test_a_warp_agrees_with_grid_sample() -> None:
    images = torch.randn(2, 3, 5, 8)
    origin = turning(torch.tensor([0.3, -1.2])) @ scaling(torch.tensor([0.6, 0.9]), torch.tensor([0.5, 0.8]))
    pixels = torch.diag(torch.tensor([2 / 7, 2 / 4, 1.0]))  # from pixels to the range from -1 to 1
    grid = torch.nn.functional.affine_grid((pixels @ origin @ pixels.inverse())[:, :2], [2, 3, 5, 8], align_corners=True)

    expected = torch.nn.functional.grid_sample(images, grid, padding_mode="reflection", align_corners=True)

    torch.testing.assert_close(warped(images, origin), expected, atol=1e-5, rtol=1e-5)


def test_a_warp_differentiates_twice() -> None:
    images = torch.randn(2, 1, 3, 4, dtype=torch.double, requires_grad=True)
    origin = turning(each(0.4)) @ scaling(each(1.3), each(0.7))

    assert torch.autograd.gradgradcheck(lambda x: warped(x, origin).pow(3), images, fast_mode=True)


def test_one_pixel_is_its_own_mirror() -> None:
    pixel = torch.randn(2, 1, 1, 1, dtype=torch.double)

    torch.testing.assert_close(warped(pixel, moving(each(0.7), each(-3))), pixel)
