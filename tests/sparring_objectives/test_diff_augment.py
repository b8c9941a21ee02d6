"""DiffAugment: each policy does what the authors' code does, and gradients pass."""

from __future__ import annotations

import pytest
import torch
from judging import NOW, noise_of
from torch import Tensor

from sparring.play.noise import Rows
from sparring_objectives.diff_augment import DiffAugment, Policy


def seen(images: Tensor, *policy: Policy) -> Tensor:
    return DiffAugment(policy=policy)(images, noise_of(len(images)), NOW)


def test_colour_shifts_a_grey_image_by_up_to_a_half() -> None:
    added = seen(torch.full((512, 3, 4, 4), 0.25), "color") - 0.25

    torch.testing.assert_close(added, added[:, :1, :1, :1].expand_as(added))
    assert -0.5 <= added.min() < -0.45
    assert 0.45 < added.max() <= 0.5


def test_colour_scales_the_distance_from_grey_by_up_to_two() -> None:
    red = torch.tensor([1.0, -0.5, -0.5]).view(1, 3, 1, 1).expand(512, 3, 4, 4)

    after = seen(red, "color")

    scale = (after - after.mean(dim=1, keepdim=True))[:, 0, 0, 0]  # saturation times contrast
    assert 0 <= scale.min() < 0.1
    assert 2.5 < scale.max() <= 3


def test_colour_scales_the_contrast_of_a_grey_image_between_a_half_and_one_and_a_half() -> None:
    halves = torch.tensor([1.0, -1.0]).view(1, 1, 1, 2).expand(512, 1, 4, 2)

    contrast = seen(halves, "color").diff(dim=3).abs()[:, 0, 0, 0] / 2

    assert 0.5 <= contrast.min() < 0.55
    assert 1.45 < contrast.max() <= 1.5


def test_translation_moves_by_up_to_an_eighth_along_both_axes_and_zeros_come_in() -> None:
    images = torch.zeros(512, 1, 16, 24)
    images[:, :, 8, 12] = 1

    places = seen(images, "translation").nonzero()

    assert set((places[:, 2] - 8).tolist()) == set(range(-2, 3))
    assert set((places[:, 3] - 12).tolist()) == set(range(-3, 4))
    assert seen(torch.ones(512, 1, 16, 16), "translation").amin() == 0


def test_cutout_covers_a_square_of_half_the_size_that_may_lie_partly_outside() -> None:
    holes = 1 - seen(torch.ones(512, 2, 16, 16), "cutout")

    high, wide = holes.amax(3).sum(2), holes.amax(2).sum(2)
    assert torch.equal(holes.sum((2, 3)), high * wide)
    assert set(high.flatten().tolist()) == {4.0, 5.0, 6.0, 7.0, 8.0}
    assert torch.equal(holes[:, 0], holes[:, 1])


@pytest.mark.parametrize("shape", [(1, 7, 9), (3, 1, 1), (4, 32, 32)])
def test_images_of_any_size_keep_their_shape(shape: tuple[int, ...]) -> None:
    images = torch.randn(4, *shape)

    assert seen(images, "color", "translation", "cutout").shape == images.shape


def test_the_default_is_all_three() -> None:
    images = torch.randn(4, 3, 8, 8)

    assert torch.equal(DiffAugment()(images, noise_of(4), NOW), seen(images, "color", "translation", "cutout"))


def test_half_of_a_batch_is_seen_as_it_is_in_the_whole() -> None:
    images = torch.randn(8, 3, 8, 8)

    half = DiffAugment()(images[4:], noise_of(4, rows=Rows(4, 4, 8)), NOW)

    torch.testing.assert_close(half, DiffAugment()(images, noise_of(8), NOW)[4:])


def test_samples_of_half_precision_are_seen_as_they_are() -> None:
    images = torch.randn(4, 3, 8, 8)

    half = DiffAugment()(images.bfloat16(), noise_of(4), NOW)

    assert half.dtype == torch.bfloat16
    torch.testing.assert_close(half.float(), DiffAugment()(images, noise_of(4), NOW), atol=0.1, rtol=0.1)


def test_gradients_pass_twice() -> None:
    images = torch.randn(2, 3, 4, 4, dtype=torch.double, requires_grad=True)

    assert torch.autograd.gradgradcheck(lambda x: DiffAugment()(x, noise_of(2), NOW).pow(3), images, fast_mode=True)


@pytest.mark.parametrize("policy", [(), ("cutout", "cutout")])
def test_an_empty_policy_and_one_that_repeats_itself_are_refused(policy: tuple[Policy, ...]) -> None:
    with pytest.raises(ValueError, match="names each of color, translation and cutout at most once, and one at least"):
        DiffAugment(policy=policy)
