"""The networks that draw and judge images of texts: the published layers, the shapes they take and give, and the sizes they refuse."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from sparring_captions import gan_int_cls, stackgan_first, stackgan_second
from sparring_captions.conditioning_augmentation import ConditioningAugmentation
from sparring_captions.text_discriminator import TextDiscriminator
from sparring_objectives.batch_norm import BatchNorm
from sparring_objectives.distances import GaussianKL

Made = Callable[..., Any]

DISCRIMINATORS = (gan_int_cls.Discriminator, stackgan_first.Discriminator, stackgan_second.Discriminator)
THIN = {"text_width": 6, "projection": 4, "width": 4}


def bottleneck(channels: int, few: int) -> int:
    return channels * few + 2 * few + few * few * 9 + 2 * few + few * channels * 9 + 2 * channels


# Channels in, channels out and positions of each kernel (16 of 4x4, 9 of 3x3), then two parameters a channel of batch norm.
HEAD = (512 + 128) * 512 + 2 * 512 + 512 * 16
JUDGED = 3 * 64 * 16 + 64 * 128 * 16 + 2 * 128 + 128 * 256 * 16 + 2 * 256 + 256 * 512 * 16 + 2 * 512 + bottleneck(512, 128) + HEAD
DRAWN = (1024 * 512 + 512 * 256 + 256 * 128 + 128 * 3, 2 * (512 + 256 + 128) + bottleneck(1024, 256) + bottleneck(512, 128))
LOOK = 3 * 128 * 9 + 128 * 256 * 16 + 2 * 256 + 256 * 512 * 16 + 2 * 512
PAINT = (512 * 256 + 256 * 128 + 128 * 64 + 64 * 32 + 32 * 3) * 9 + 2 * (256 + 128 + 64 + 32)
LARGE = (
    3 * 64 * 16 + (64 * 128 + 128 * 256 + 256 * 512 + 512 * 1024 + 1024 * 2048) * 16 + 2 * (128 + 256 + 512 + 1024 + 2048)
    + 2048 * 1024 + 2 * 1024 + 1024 * 512 + 2 * 512 + bottleneck(512, 128) + HEAD
)  # fmt: skip


@pytest.mark.parametrize(
    ("network", "options", "count"),
    [
        (gan_int_cls.Generator, {}, 1024 * 128 + 128 + (100 + 128) * 1024 * 16 + 2 * 1024 + DRAWN[0] * 16 + DRAWN[1]),
        (gan_int_cls.Discriminator, {}, JUDGED + 1024 * 128 + 2 * 128),
        (stackgan_first.Generator, {}, (100 + 128) * 16384 + 2 * 16384 + DRAWN[0] * 9 + DRAWN[1]),
        (stackgan_first.Discriminator, {}, JUDGED + 1024 * 128 + 128),
        (stackgan_second.Generator, {}, LOOK + (512 + 128) * 512 * 9 + 2 * 512 + 4 * (2 * 512 * 512 * 9 + 4 * 512) + PAINT),
        (stackgan_second.Generator, {"residual_blocks": 2}, LOOK + 640 * 512 * 9 + 1024 + 2 * (2 * 512 * 512 * 9 + 2048) + PAINT),
        (stackgan_second.Discriminator, {}, LARGE + 1024 * 128 + 128),
        (stackgan_second.Discriminator, {"image_size": 64}, JUDGED + 1024 * 128 + 128),
        (ConditioningAugmentation, {}, 1024 * 256 + 256),
    ],
)
def test_the_defaults_have_as_many_parameters_as_the_published_tables(network: Made, options: dict[str, Any], count: int) -> None:
    with torch.device("meta"):
        made = network(**options)

    assert sum(parameter.numel() for parameter in made.parameters()) == count


def layers_of(network: nn.Module, *inputs: tuple[int, ...]) -> list[str]:
    """What comes out of convolutions, as channels@side, and what follows them, of the defaults."""
    kinds = nn.Conv2d | nn.ConvTranspose2d | BatchNorm | nn.LeakyReLU | nn.ReLU | nn.Tanh
    found: list[str] = []

    def note(module: nn.Module, _: Any, output: Tensor) -> None:
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            found.append(f"{output.shape[1]}@{output.shape[2]}")
        elif output.ndim == 4:
            slope = getattr(module, "negative_slope", 0)
            found[-1] += {BatchNorm: " n", nn.Tanh: " tanh"}.get(type(module), f" {slope:g}")  # type: ignore[call-overload]

    for module in network.modules():
        if isinstance(module, kinds):
            module.register_forward_hook(note)
    with torch.device("meta"):
        network(*(torch.empty(2, *shape) for shape in inputs))
    return found


DRAWING = [
    "256@4 n 0",
    "256@4 n 0",
    "1024@4 n 0",
    "512@8 n",
    "128@8 n 0",
    "128@8 n 0",
    "512@8 n 0",
    "256@16 n 0",
    "128@32 n 0",
    "3@64 tanh",
]
JUDGING = [
    "64@32 0.2", "128@16 n 0.2", "256@8 n", "512@4 n", "128@4 n 0.2", "128@4 n 0.2", "512@4 n 0.2", "512@4 n 0.2", "1@1",
]  # fmt: skip
PAINTING = [
    "128@64 0", "256@32 n 0", "512@16 n 0", "512@16 n 0", *["512@16 n 0"] * 8, "256@32 n 0", "128@64 n 0", "64@128 n 0", "32@256 n 0",
    "3@256 tanh",
]  # fmt: skip
JUDGING_LARGE = [
    "64@128 0.2", "128@64 n 0.2", "256@32 n 0.2", "512@16 n 0.2", "1024@8 n 0.2", "2048@4 n 0.2", "1024@4 n 0.2", "512@4 n",
    "128@4 n 0.2", "128@4 n 0.2", "512@4 n 0.2", "512@4 n 0.2", "1@1",
]  # fmt: skip


@pytest.mark.parametrize(
    ("network", "inputs", "layers"),
    [
        (gan_int_cls.Generator, [(100,), (1024,)], ["1024@4 n", *DRAWING]),
        (gan_int_cls.Discriminator, [(3, 64, 64), (1024,)], JUDGING),
        (stackgan_first.Generator, [(100,), (128,)], DRAWING),
        (stackgan_first.Discriminator, [(3, 64, 64), (1024,)], JUDGING),
        (stackgan_second.Generator, [(3, 64, 64), (128,)], PAINTING),
        (stackgan_second.Discriminator, [(3, 256, 256), (1024,)], JUDGING_LARGE),
    ],
)
def test_the_layers_are_those_of_the_published_tables(network: Made, inputs: list[tuple[int, ...]], layers: list[str]) -> None:
    with torch.device("meta"):
        made = network()

    assert layers_of(made, *inputs) == layers


def reached(network: nn.Module) -> bool:
    return all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in network.parameters())


@pytest.mark.parametrize("image_size", [16, 32, 128])
@pytest.mark.parametrize(("generator", "condition"), [(gan_int_cls.Generator, "text_width"), (stackgan_first.Generator, "condition_width")])
def test_a_generator_makes_images_of_the_size_that_is_asked_for(generator: Made, condition: str, image_size: int) -> None:
    made = generator(image_size=image_size, channels=1, latent_size=5, width=2, **{condition: 6})

    images = made(torch.randn(3, *made.latent_shape), torch.randn(3, 6))
    images.square().sum().backward()

    assert made.latent_shape == (5,)
    assert images.shape == (3, 1, image_size, image_size)
    assert bool((images.abs() <= 1).all())
    assert reached(made)


@pytest.mark.parametrize("image_size", [64, 128])
def test_the_second_stage_paints_four_times_larger(image_size: int) -> None:
    made = stackgan_second.Generator(image_size=image_size, condition_width=6, width=2, residual_blocks=1)
    sketch = torch.randn(3, 3, image_size // 4, image_size // 4, requires_grad=True)

    images = made(sketch, torch.randn(3, 6))
    images.square().sum().backward()

    assert images.shape == (3, 3, image_size, image_size)
    assert sketch.grad is not None
    assert bool(sketch.grad.any())
    assert reached(made)


def test_a_second_stage_with_a_skip_paints_on_top_of_the_first_image_enlarged() -> None:
    made = stackgan_second.Generator(image_size=64, condition_width=6, width=2, residual_blocks=1, skip=True)
    last = made.layers[-1]
    assert isinstance(last, nn.Conv2d)
    nn.init.zeros_(last.weight)  # it paints nothing
    sketch = torch.rand(3, 3, 16, 16) * 2 - 1

    images = made(sketch, torch.randn(3, 6))

    enlarged = nn.functional.interpolate(sketch, scale_factor=4, mode="bilinear")
    torch.testing.assert_close(images, 0.98 * enlarged)


@pytest.mark.parametrize("image_size", [16, 32, 128])
@pytest.mark.parametrize("discriminator", DISCRIMINATORS)
def test_a_discriminator_scores_images_of_the_size_that_is_asked_for(discriminator: Made, image_size: int) -> None:
    made = discriminator(image_size=image_size, channels=1, **THIN)
    image, text = torch.randn(3, 1, image_size, image_size), torch.randn(3, 6)

    made(image, text).square().sum().backward()

    assert made.see(image).shape[2:] == (4, 4)
    assert reached(made)


@pytest.mark.parametrize("discriminator", DISCRIMINATORS)
def test_one_look_is_matched_with_two_texts_as_two_forwards_would(discriminator: Callable[..., TextDiscriminator]) -> None:
    made = discriminator(image_size=16, **THIN)
    image, texts = torch.randn(5, 3, 16, 16), torch.randn(2, 5, 6)

    seen = made.see(image)
    once = torch.stack([made.match(seen, text) for text in texts])

    assert torch.equal(once, torch.stack([made(image, text) for text in texts]))
    assert bool((once[0] != once[1]).all())


@pytest.mark.parametrize(
    ("network", "given", "start", "nearest"),
    [
        (gan_int_cls.Generator, 48, 8, "32 or 64"),
        (gan_int_cls.Discriminator, 8, 8, "16"),
        (stackgan_first.Generator, 100, 8, "64 or 128"),
        (stackgan_first.Discriminator, 65, 8, "64 or 128"),
        (stackgan_second.Generator, 32, 32, "64"),
        (stackgan_second.Discriminator, 96, 8, "64 or 128"),
    ],
)
def test_a_size_that_cannot_be_is_refused_with_the_nearest(network: Made, given: int, start: int, nearest: str) -> None:
    refusal = f"this network makes images of {start} doubled any number of times: take image_size {nearest}, not {given}"

    with torch.device("meta"), pytest.raises(ValueError, match=f"^{refusal}$"):
        network(image_size=given)


def test_the_second_stage_refuses_a_first_that_is_not_a_quarter_of_it() -> None:
    made = stackgan_second.Generator(image_size=64, condition_width=6, width=2)
    refusal = "the first stage makes images of 32, which become 128 here, not 64: take data with image_size 128, or a first stage of 16"

    with pytest.raises(ValueError, match=f"^{re.escape(refusal)}$"):
        made(torch.randn(2, 3, 32, 32), torch.randn(2, 6))


@pytest.mark.parametrize("make", [gan_int_cls.Generator, *DISCRIMINATORS, stackgan_first.Generator, stackgan_second.Generator])
def test_weights_start_around_0_and_gains_around_1(make: Made) -> None:
    made = make(image_size=64, width=16)

    weights = torch.cat(
        [module.weight.detach().flatten() for module in made.modules() if isinstance(module, nn.Conv2d | nn.ConvTranspose2d)]
    )
    norms = [module for module in made.modules() if isinstance(module, BatchNorm)]
    gains = torch.cat([norm.weight.detach() for norm in norms])

    assert float(weights.std()) == pytest.approx(0.02, rel=0.02)
    assert float(gains.std()) == pytest.approx(0.02, rel=0.3)
    assert float(gains.mean()) == pytest.approx(1, abs=0.01)
    assert not any(bool(norm.bias.any()) for norm in norms)


@pytest.mark.parametrize(("mean", "log_deviation", "nats"), [(1.0, 0.0, 0.5), (0.0, 0.0, 0.0), (0.0, 1.0, 2.1945)])
def test_what_conditioning_gives_is_what_gaussian_kl_takes(mean: float, log_deviation: float, nats: float) -> None:
    made = ConditioningAugmentation(text_width=6, width=3)
    nn.init.zeros_(made.layer.weight)
    made.layer.bias.data = torch.tensor([mean] * 3 + [log_deviation] * 3)

    divergence = GaussianKL()(*made(torch.randn(4, 6)))

    assert float(divergence.detach()) == pytest.approx(nats, abs=1e-4)


def test_conditions_below_0_are_a_fifth_of_what_the_layer_gives() -> None:
    made = ConditioningAugmentation(text_width=6, width=3)
    nn.init.zeros_(made.layer.weight)
    made.layer.bias.data = torch.tensor([-1.0, 0.0, 2.0, -5.0, 0.0, 3.0])

    mean, log_deviation = made(torch.randn(2, 6))

    assert mean.detach().tolist() == [pytest.approx([-0.2, 0.0, 2.0])] * 2
    assert log_deviation.detach().tolist() == [pytest.approx([-1.0, 0.0, 3.0])] * 2
