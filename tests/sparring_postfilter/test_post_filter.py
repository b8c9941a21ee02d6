"""The post-filter's networks against the layers that are known of the paper's."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
import torch
from torch import Tensor, nn

from sparring_postfilter.bands import Bands
from sparring_postfilter.post_filter import Discriminator, Generator

BANDED = {"dims": 8, "bands": 2, "overlap": 2, "width": 4}
ROWS = Bands(8, count=2, overlap=2).rows


def parameters_of(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def touched(parts: Iterable[nn.Module], value: Tensor) -> list[bool]:
    """For each part, whether the gradient of the value's sum comes to every one of its weights, True, or to none, False."""
    found = []
    for part in parts:
        gradients = torch.autograd.grad(value.sum(), list(part.parameters()), allow_unused=True, retain_graph=True)
        reached = {gradient is not None and bool(gradient.any()) for gradient in gradients}
        assert len(reached) == 1
        found.append(reached.pop())
    return found


def test_the_networks_have_the_size_of_the_layer_table() -> None:
    generator, discriminator = Generator(), Discriminator()

    sizes = parameters_of(generator), parameters_of(discriminator)

    weights = 25 * (2 * 128 + (128 + 1) * 256 + (256 + 1) * 128 + (128 + 1) * 1)
    assert weights == 1_657_625
    assert sizes[0] == weights + 2 * (128 + 256 + 128) + 1
    assert sizes[1] == 25 * 64 + 64 + 25 * (64 * 128 + 128 * 256) + 2 * (128 + 256) + 9 * 256 + 1 == 1_028_737


def test_each_band_has_networks_of_its_own() -> None:
    several, one = {"dims": 1024, "bands": 4, "overlap": 64, "width": 8}, {"dims": 320, "width": 8}

    sizes = [[parameters_of(network(**options)) for options in (several, one)] for network in (Generator, Discriminator)]

    assert [bands / band for bands, band in sizes] == [4, 4]


def test_every_layer_of_the_discriminator_halves_rows_and_frames() -> None:
    discriminator, shapes = Discriminator(width=2), []
    for layer in discriminator.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(lambda *call: shapes.append(tuple(call[2].shape[1:])))

    discriminator(torch.randn(2, 40, 40))

    assert shapes == [(2, 20, 20), (4, 10, 10), (8, 5, 5), (1, 3, 3)]


def test_without_a_residual_features_stay_what_they_are() -> None:
    generator, synthetic = Generator(**BANDED), torch.randn(2, ROWS, 5)
    for residual in generator.residuals:
        for parameter in residual.last.parameters():  # type: ignore[union-attr]
            nn.init.zeros_(parameter)

    filtered = generator(synthetic, torch.randn(2, ROWS, 5))

    assert torch.equal(filtered, synthetic)


@pytest.mark.parametrize("frames", [1, 2, 41])
def test_any_number_of_frames_is_filtered_and_judged(frames: int) -> None:
    generator, discriminator, synthetic = Generator(**BANDED).eval(), Discriminator(**BANDED).eval(), torch.randn(3, ROWS, frames)

    filtered = generator(synthetic, torch.randn(3, ROWS, frames))
    scores = discriminator(filtered)

    assert filtered.shape == synthetic.shape
    assert scores.shape == (3, 2)


def test_noise_and_the_synthetic_features_enter_the_first_layer_and_the_features_every_one() -> None:
    generator, heard = Generator(**BANDED).eval(), []
    synthetic, noise = torch.randn(1, ROWS, 4), torch.randn(1, ROWS, 4)
    for layer in generator.residuals[1].modules():  # type: ignore[union-attr]
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_pre_hook(lambda _, inputs: heard.append(inputs[0]))

    generator(synthetic, noise)

    upper = generator.bands.parts[1]
    assert [one.shape[1] for one in heard] == [2, 5, 9, 5]
    assert all(torch.equal(one[:, 0], synthetic[:, upper]) for one in heard)
    assert torch.equal(heard[0][:, 1], noise[:, upper])


@pytest.mark.parametrize("band", [0, 1])
def test_a_band_of_the_discriminator_learns_from_its_own_scores_alone(band: int) -> None:
    discriminator = Discriminator(**BANDED)

    scores = discriminator(torch.randn(3, ROWS, 20))

    assert touched(discriminator.judges, scores[:, band].square()) == [band == 0, band == 1]


@pytest.mark.parametrize("band", [0, 1])
def test_a_band_of_the_generator_learns_from_the_scores_of_its_own_features_alone(band: int) -> None:
    generator, discriminator = Generator(**BANDED), Discriminator(**BANDED)

    scores = discriminator(generator(torch.randn(3, ROWS, 20), torch.randn(3, ROWS, 20)))

    assert touched(generator.residuals, scores[:, band].square()) == [band == 0, band == 1]


def test_bands_of_different_widths_count_alike() -> None:
    discriminator = Discriminator(dims=20, bands=2, overlap=10, width=2).eval()
    features = torch.cat([torch.randn(1, 20, 16), torch.randn(1, 10, 16)], dim=1)

    scores = discriminator(features)

    parts = zip(discriminator.judges, features.split([20, 10], dim=1), strict=True)
    torch.testing.assert_close(scores, torch.stack([judge(part[:, None]).mean() for judge, part in parts])[None])


def test_a_gain_of_all_features_does_not_go_unseen() -> None:
    discriminator, natural = Discriminator(dims=24, width=16), torch.randn(8, 24, 40)

    scores = discriminator(natural), discriminator(0.6 * natural)

    assert (scores[0] - scores[1]).abs().max() > 1e-3


def test_an_even_kernel_is_refused() -> None:
    refusal = "kernel_size must be odd, so that features keep their size, not 4: take 5"

    with pytest.raises(ValueError, match=f"^{re.escape(refusal)}$"):
        Generator(kernel_size=4)


def test_convolutions_start_as_small_normal_draws_and_gains_around_one() -> None:
    generator = Generator(width=32)

    weights = torch.cat([layer.weight.flatten() for layer in generator.modules() if isinstance(layer, nn.Conv2d)])
    gains = torch.cat([layer[1].weight for layer in generator.residuals[0].layers])  # type: ignore[union-attr, index]

    assert weights.std().item() == pytest.approx(0.02, rel=0.02)
    assert gains.mean().item() == pytest.approx(1, abs=0.01)
    assert gains.std().item() == pytest.approx(0.02, rel=0.3)


def test_both_networks_run_in_half_precision() -> None:
    generator, discriminator, synthetic = Generator(**BANDED), Discriminator(**BANDED), torch.randn(3, ROWS, 16)

    with torch.autocast("cpu", dtype=torch.bfloat16):
        filtered = generator(synthetic, torch.randn(3, ROWS, 16))
        scores = discriminator(filtered)
    scores.float().square().mean().backward()

    assert filtered.dtype == torch.float32
    assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in generator.parameters())
