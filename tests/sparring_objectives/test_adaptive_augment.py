"""ADA: what happens to images, how often, and what the discriminator's confidence makes of it."""

from __future__ import annotations

import pytest
import torch
from judging import CONTEST, NOW, noise_of, round_of
from torch import Tensor, nn

from sparring import GameError
from sparring.play.noise import Rows
from sparring.play.progress import Progress
from sparring.play.views import Views
from sparring_objectives.adaptive_augment import AdaptiveAugment
from sparring_objectives.transforms import COLOUR, GEOMETRIC, Transform
from sparring_objectives.zero_centred_penalty import R1

ALL: tuple[Transform, ...] = (*GEOMETRIC, *COLOUR, "cutout")


def seen(images: Tensor, *policy: Transform, probability: float = 1.0) -> Tensor:
    return AdaptiveAugment(policy=policy, fixed=probability)(images, noise_of(len(images)), NOW)


def changed(images: Tensor, after: Tensor) -> Tensor:
    return ((after - images).abs().flatten(1).amax(1) > 1e-4).float().mean()


def test_nothing_happens_at_first() -> None:
    images = torch.randn(8, 3, 16, 16)

    torch.testing.assert_close(AdaptiveAugment(policy=ALL)(images, noise_of(8), NOW), images, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ("transform", "share"),
    [(name, {"flip": 0.5, "rotate90": 0.75, "luma-flip": 0.5, "integer-translation": 24 / 25}.get(name, 1.0)) for name in ALL],
)
def test_every_transform_happens_with_its_probability(transform: Transform, share: float) -> None:
    images = torch.randn(400, 3, 16, 16)

    assert changed(images, seen(images, transform, probability=0.5)).item() == pytest.approx(share / 2, abs=0.08)
    assert changed(images, seen(images, transform)).item() == pytest.approx(share, abs=0.08)


def test_flips_and_quarter_turns_only_permute_pixels() -> None:
    images = torch.randn(64, 3, 8, 8)

    after = seen(images, "flip", "rotate90")

    candidates = torch.stack([turned.rot90(times, (2, 3)) for turned in (images, images.flip(3)) for times in range(4)])
    nearest = (candidates - after).abs().flatten(2).amax(2).argmin(0)
    torch.testing.assert_close(candidates[nearest, torch.arange(64)], after, atol=1e-4, rtol=1e-4)
    assert set(nearest.tolist()) == set(range(8))


def test_integer_translations_move_by_up_to_an_eighth() -> None:
    images = torch.zeros(256, 1, 16, 16)
    images[:, :, 8, 8] = 1

    after = seen(images, "integer-translation")

    places = after.flatten(1).argmax(1)
    torch.testing.assert_close(after.amax((1, 2, 3)), torch.ones(256))
    assert set((places // 16 - 8).tolist()) == set((places % 16 - 8).tolist()) == {-2, -1, 0, 1, 2}


def test_scales_are_log_normal() -> None:
    across = torch.arange(33.0).expand(512, 1, 33, 33) - 16

    after = seen(across, "scale")

    scale = 1 / (after[:, 0, 16, 17] - after[:, 0, 16, 16])
    assert scale.log2().mean().item() == pytest.approx(0, abs=0.03)
    assert scale.log2().std().item() == pytest.approx(0.2, rel=0.1)


def test_brightness_is_added_with_a_deviation_of_a_fifth() -> None:
    images = torch.randn(512, 3, 2, 2)

    added = seen(images, "brightness") - images

    torch.testing.assert_close(added, added[:, :1, :1, :1].expand_as(added), atol=1e-5, rtol=1e-5)
    assert added[:, 0, 0, 0].std().item() == pytest.approx(0.2, rel=0.1)


def test_a_luma_flip_turns_grey_over_and_leaves_what_is_not_grey() -> None:
    images = torch.randn(64, 3, 2, 2)

    after = seen(images, "luma-flip")

    grey, other = images.mean(1, keepdim=True), after.mean(1, keepdim=True)
    torch.testing.assert_close(after - other, images - grey)
    torch.testing.assert_close(other.abs(), grey.abs())
    assert set((other / grey).round().flatten().tolist()) == {-1.0, 1.0}


def test_a_hue_turns_colours_about_grey() -> None:
    images = torch.randn(64, 3, 2, 2)

    after = seen(images, "hue")

    torch.testing.assert_close(after.mean(1), images.mean(1), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(after.norm(dim=1), images.norm(dim=1), atol=1e-5, rtol=1e-5)


def test_contrast_and_saturation_have_the_papers_deviations() -> None:
    images = torch.randn(512, 3, 2, 2)

    contrast = (seen(images, "contrast") / images)[:, 0, 0, 0]
    saturation = ((seen(images, "saturation") - images.mean(1, keepdim=True)) / (images - images.mean(1, keepdim=True)))[:, 0, 0, 0]

    assert contrast.log2().std().item() == pytest.approx(0.5, rel=0.1)
    assert saturation.log2().std().item() == pytest.approx(1.0, rel=0.1)


def test_one_channel_has_neither_hue_nor_saturation() -> None:
    images = torch.randn(8, 1, 4, 4)

    torch.testing.assert_close(seen(images, "hue", "saturation"), images)


def test_two_channels_have_no_hue() -> None:
    with pytest.raises(GameError, match="images with 2 channels have no hue; leave 'hue' out of the `policy` of adaptive-augment"):
        seen(torch.randn(2, 2, 4, 4), "hue")


def test_cutout_zeroes_up_to_a_quarter_of_an_image() -> None:
    holes = (seen(torch.ones(256, 3, 16, 16), "cutout") == 0).float().mean((1, 2, 3))

    assert holes.max() == 0.25
    assert holes.min() < 0.1


def test_r1_through_every_transform_has_finite_gradients() -> None:
    critic = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Softplus(), nn.Flatten(), nn.Linear(4 * 36, 1))
    view = Views({"ada": AdaptiveAugment(policy=ALL, fixed=0.8)})
    round = round_of(critic, view=view, real=torch.randn(8, 3, 8, 8), fake=torch.randn(8, 3, 8, 8))

    paid = R1().penalty(round, CONTEST)
    paid.backward()

    assert paid > 0
    assert all(p.grad is not None and p.grad.isfinite().all() for name, p in critic.named_parameters() if name != "3.bias")


def test_gradients_pass_twice() -> None:
    images = torch.randn(2, 3, 3, 3, dtype=torch.double, requires_grad=True)

    assert torch.autograd.gradgradcheck(lambda x: seen(x, *ALL).pow(3), images, fast_mode=True)


def test_mixed_precision_moves_no_pixel() -> None:
    images = torch.randn(8, 3, 16, 16).bfloat16()

    with torch.autocast("cpu", torch.bfloat16):
        mixed = seen(images, *ALL)

    assert torch.equal(mixed, seen(images.float(), *ALL))


def test_half_of_a_batch_is_seen_as_it_is_in_the_whole() -> None:
    view, images = AdaptiveAugment(policy=ALL, fixed=0.7), torch.randn(8, 3, 8, 8)

    half = view(images[4:], noise_of(4, rows=Rows(4, 4, 8)), NOW)

    torch.testing.assert_close(half, view(images, noise_of(8), NOW)[4:])


def test_a_confident_discriminator_brings_more_augmentation_and_an_unsure_one_less() -> None:
    view = AdaptiveAugment(every=4, speed=640)
    view(torch.zeros(16, 1, 4, 4), noise_of(16), NOW)
    course = []

    for score in (*[1.0] * 8, *[0.1] * 4, *[-1.0] * 16):
        view.observe(torch.full((16,), score))
        course.append(round(view.measure()["probability"].item(), 4))

    assert course[2:5] == [0.0, 0.1, 0.1]  # 64 of 640 samples
    assert course[7::4] == [0.2, 0.3, 0.2, 0.1, 0.0, 0.0]


def test_the_target_is_a_mean_of_signs_over_several_turns() -> None:
    view = AdaptiveAugment(every=2, speed=100)
    view(torch.zeros(10, 1, 4, 4), noise_of(10), NOW)

    for wrong in (0, 3):  # means of 1 and 0.4: together 0.7
        view.observe(torch.tensor([1.0] * (10 - wrong) + [-50.0] * wrong))

    assert view.probability.item() == pytest.approx(0.2)  # 20 of 100 samples, towards more


def test_the_state_is_saved_between_two_steps() -> None:
    view, other = AdaptiveAugment(every=4, speed=640), AdaptiveAugment(every=4, speed=640)
    view(torch.zeros(16, 1, 4, 4), noise_of(16), NOW)
    for _ in range(3):
        view.observe(torch.ones(16))

    other.load_state_dict(view.state_dict())
    other(torch.zeros(16, 1, 4, 4), noise_of(16), NOW)
    other.observe(torch.ones(16))

    assert other.probability.item() == pytest.approx(0.1)


@pytest.mark.parametrize(("samples", "expected"), [(0, 0.0), (250, 0.080546), (500, 0.275), (1000, 0.55), (5000, 0.55)])
def test_a_fixed_probability_rises_along_half_a_cosine_and_follows_nothing(samples: int, expected: float) -> None:
    view = AdaptiveAugment(fixed=0.55, rise=1000)

    view(torch.zeros(4, 3, 4, 4), noise_of(4), Progress(step=0, samples=samples, steps=100))
    view.observe(torch.ones(4))

    assert view.measure()["probability"].item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"policy": ()}, r"policy is \[\], but it names every transform at most once, and one at least"),
        ({"fixed": 2.0}, "fixed is 2.0, but it is a probability, from 0 to 1"),
        ({"rise": 100}, "rise is the way to a probability that is `fixed`: give both, or neither"),
        ({"every": 0}, "every is 0, speed 500000 and rise 0"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AdaptiveAugment(**options)
