"""What holds for every network of images: the published sizes, the shapes they take and give, and the sizes they refuse."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from sparring_images import acgan, began, conditional_dcgan, dcgan, mlp, r3gan, sngan, wgan_gp
from sparring_images.verdict import Verdict

Made = Callable[..., Any]
FFHQ: dict[str, Any] = {"widths": (768, 768, 768, 768, 384, 192, 96), "cardinalities": (96, 96, 96, 96, 48, 24, 12)}


@pytest.mark.parametrize(
    ("network", "options", "count"),
    [
        (dcgan.Generator, {}, 3_576_704),
        (dcgan.Discriminator, {}, 2_765_568),
        (dcgan.Generator, {"kernel_size": 5, "width": 128}, 18_885_760),
        (dcgan.Discriminator, {"kernel_size": 5, "width": 128}, 17_232_768),
        (dcgan.Discriminator, {"image_size": 32, "kernel_size": 5, "width": 128, "norm": "none"}, 4_114_689),  # WGAN-GP's simple critic
        (sngan.Generator, {}, 4_276_739),
        (sngan.Discriminator, {}, 1_053_824),
        (began.Generator, {}, 1_716_611),
        (began.Discriminator, {}, 13_405_379),
        (r3gan.Generator, {"conditional": True}, 20_781_952),
        (r3gan.Generator, {"image_size": 256, **FFHQ}, 23_057_952),
        (mlp.Generator, {}, 100 * 1200 + 1200 + 1200 * 1200 + 1200 + 1200 * 784 + 784),
        (mlp.Discriminator, {}, (784 + 1) * 240 * 5 + (240 + 1) * 240 * 5 + 240 + 1),
    ],
)
def test_the_defaults_have_as_many_parameters_as_published(network: Made, options: dict[str, Any], count: int) -> None:
    with torch.device("meta"):
        made = network(**options)

    assert sum(parameter.numel() for parameter in made.parameters()) == count


def of_r3gan(image_size: int) -> dict[str, Any]:
    stages = int(math.log2(image_size)) - 1
    return {"widths": (8,) * stages, "cardinalities": (2,) * stages}


# Small ones of every family: how it is made for a size, and the sizes that it is tried at.
GENERATORS: dict[str, tuple[Made, tuple[int, ...]]] = {
    "mlp": (lambda **of: mlp.Generator(width=16, **of), (8, 13, 28)),
    "mlp linear": (lambda **of: mlp.Generator(width=16, output="linear", **of), (8,)),
    "dcgan": (lambda **of: dcgan.Generator(width=4, **of), (8, 16, 32, 64)),
    "dcgan 5x5": (lambda **of: dcgan.Generator(width=4, kernel_size=5, **of), (8, 32)),
    "dcgan virtual": (lambda **of: dcgan.Generator(width=4, norm="virtual", reference_size=5, **of), (8, 32)),
    "dcgan 5x5 virtual": (lambda **of: dcgan.Generator(width=4, kernel_size=5, norm="virtual", reference_latent="uniform", **of), (16,)),
    "dcgan none": (lambda **of: dcgan.Generator(width=4, norm="none", **of), (16,)),
    "cdcgan": (lambda **of: conditional_dcgan.Generator(width=4, hidden=16, **of), (8, 28, 32)),
    "wgan-gp": (lambda **of: wgan_gp.Generator(width=4, **of), (8, 32)),
    "sngan": (lambda **of: sngan.Generator(width=4, **of), (8, 32)),
    "sngan conditional": (lambda **of: sngan.Generator(width=4, conditional=True, **of), (16,)),
    "sngan pyramid": (lambda **of: sngan.Generator(width=2, layout="pyramid", **of), (16, 64)),
    "began": (lambda **of: began.Generator(filters=4, **of), (16, 32)),
    "r3gan": (lambda image_size, **of: r3gan.Generator(image_size=image_size, **of_r3gan(image_size), **of), (8, 32)),
    "r3gan conditional": (
        lambda image_size, **of: r3gan.Generator(image_size=image_size, conditional=True, **of_r3gan(image_size), **of),
        (16,),
    ),
}
DISCRIMINATORS: dict[str, tuple[Made, tuple[int, ...]]] = {
    "mlp": (lambda **of: mlp.Discriminator(width=16, **of), (8, 13, 28)),
    "dcgan": (lambda **of: dcgan.Discriminator(width=4, **of), (8, 16, 32, 64)),
    "dcgan 5x5": (lambda **of: dcgan.Discriminator(width=4, kernel_size=5, norm="layer", **of), (8, 32)),
    "dcgan improved": (lambda **of: dcgan.Discriminator(width=4, dropout=0.2, minibatch_kernels=3, minibatch_group=2, **of), (16,)),
    "cdcgan": (lambda **of: conditional_dcgan.Discriminator(width=4, hidden=16, **of), (8, 28, 32)),
    "wgan-gp": (lambda **of: wgan_gp.Critic(width=4, **of), (8, 16, 32)),
    "wgan-gp layer": (lambda **of: wgan_gp.Critic(width=4, norm="layer", **of), (16,)),
    "sngan": (lambda **of: sngan.Discriminator(width=4, **of), (8, 32)),
    "sngan projection": (lambda **of: sngan.Discriminator(width=4, conditional=True, **of), (16,)),
    "sngan pyramid": (lambda **of: sngan.Discriminator(width=2, layout="pyramid", **of), (16, 64)),
    "acgan": (lambda **of: acgan.Discriminator(width=2, **of), (8, 28, 32)),
    "began": (lambda **of: began.Discriminator(filters=4, code_size=8, **of), (16, 32)),
    "r3gan": (lambda image_size, **of: r3gan.Discriminator(image_size=image_size, **of_r3gan(image_size), **of), (8, 32)),
    "r3gan conditional": (
        lambda image_size, **of: r3gan.Discriminator(image_size=image_size, conditional=True, **of_r3gan(image_size), **of),
        (16,),
    ),
}


def tried(table: dict[str, tuple[Made, tuple[int, ...]]]) -> list[Any]:
    return [
        pytest.param(make, size, channels, id=f"{name} {size} {channels}")
        for name, (make, sizes) in table.items()
        for number, size in enumerate(sizes)
        for channels in ([1, 3] if number == 0 else [3])
    ]


def reached(network: nn.Module) -> bool:
    return all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in network.parameters())


@pytest.mark.parametrize(("make", "image_size", "channels"), tried(GENERATORS))
def test_a_generator_makes_images_of_the_size_that_is_asked_for(make: Made, image_size: int, channels: int) -> None:
    generator = make(image_size=image_size, channels=channels, latent_size=7)
    latent = torch.randn(4, *generator.latent_shape)

    images = generator(latent, torch.tensor([0, 3, 9, 9])) if generator.conditional else generator(latent)
    images.square().sum().backward()

    assert generator.latent_shape == (7,)
    assert images.shape == (4, channels, image_size, image_size)
    assert reached(generator)


@pytest.mark.parametrize(("make", "image_size", "channels"), tried(DISCRIMINATORS))
def test_a_discriminator_gives_every_image_a_score_and_features(make: Made, image_size: int, channels: int) -> None:
    discriminator = make(image_size=image_size, channels=channels)
    images = torch.rand(4, channels, image_size, image_size) * 2 - 1

    verdict = discriminator(images, torch.tensor([0, 3, 9, 9])) if discriminator.conditional else discriminator(images)
    parts = verdict if isinstance(verdict, Verdict) else (verdict,)
    torch.cat([part.square().flatten() for part in parts]).sum().backward()

    score = verdict.score if isinstance(verdict, Verdict) else verdict
    assert score.shape == (4,)
    assert reached(discriminator)
    features = discriminator.features(images)
    assert features
    assert all(len(stage) == 4 for stage in features)


@pytest.mark.parametrize("make", [DISCRIMINATORS[name][0] for name in ("dcgan 5x5", "wgan-gp layer", "sngan", "r3gan")])
def test_scores_of_discriminators_without_batch_statistics_can_be_differentiated_twice(make: Made) -> None:
    discriminator, images = make(image_size=16, channels=3), torch.randn(2, 3, 16, 16, requires_grad=True)

    (slope,) = torch.autograd.grad(discriminator(images).sum(), images, create_graph=True)
    slope.square().sum().backward()

    assert any(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in discriminator.parameters())


@pytest.mark.parametrize("name", ["dcgan", "cdcgan", "wgan-gp", "sngan conditional", "began", "r3gan"])
def test_channels_last_changes_the_layout_and_not_the_images(name: str) -> None:
    generator = GENERATORS[name][0](image_size=16, channels=3).eval()
    inputs: list[Tensor] = [torch.randn(2, *generator.latent_shape), *([torch.tensor([1, 2])] if generator.conditional else [])]
    images = generator(*inputs)

    same = generator.to(memory_format=torch.channels_last)(*inputs)

    torch.testing.assert_close(same, images)


@pytest.mark.parametrize(
    ("network", "image_size", "way_out"),
    [
        (dcgan.Generator, 28, "4 doubled any number of times: take image_size 16 or 32, not 28"),
        (dcgan.Discriminator, 4, "4 doubled any number of times: take image_size 8, not 4"),
        (wgan_gp.Critic, 48, "4 doubled any number of times: take image_size 32 or 64, not 48"),
        (sngan.Generator, 100, "4 doubled any number of times: take image_size 64 or 128, not 100"),
        (began.Discriminator, 24, "8 doubled any number of times: take image_size 16 or 32, not 24"),
        (conditional_dcgan.Generator, 30, "of a size that 4 divides: take image_size 28 or 32, not 30"),
        (conditional_dcgan.Discriminator, 3, "of a size that 4 divides: take image_size 4, not 3"),
        (r3gan.Generator, 28, "4 doubled any number of times: take image_size 16 or 32, not 28"),
        (r3gan.Discriminator, 64, "images of 64 have 5 sizes from 4 on: give 5 widths and 5 cardinalities, not 4 and 4"),
    ],
)
def test_sizes_that_cannot_be_made_are_refused_with_the_nearest(network: Made, image_size: int, way_out: str) -> None:
    with torch.device("meta"), pytest.raises(ValueError, match=way_out):
        network(image_size=image_size)
