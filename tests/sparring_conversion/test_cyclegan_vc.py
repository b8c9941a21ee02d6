"""CycleGAN-VC's networks against the published layer table."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from sparring_conversion.cyclegan_vc import Discriminator, Generator
from sparring_conversion.gated_convolution import GatedConvolution1d, GatedConvolution2d, GatedResidual1d


def weights_of_convolutions(network: nn.Module) -> int:
    return sum(layer.weight.numel() for layer in network.modules() if isinstance(layer, nn.Conv1d | nn.Conv2d))


def outputs(network: nn.Module, spectra: Tensor) -> list[tuple[int, ...]]:
    """The shape without the batch after each layer of the table."""
    shapes = []
    rows = (GatedConvolution1d, GatedConvolution2d, GatedResidual1d, nn.Conv1d, nn.Conv2d)
    hooks = [
        layer.register_forward_hook(lambda *call: shapes.append(tuple(call[2].shape[1:])))
        for layer in network.get_submodule("layers").children()
        if isinstance(layer, rows)
    ]
    network(spectra)
    for hook in hooks:
        hook.remove()
    return shapes


def test_the_networks_have_the_published_size() -> None:
    generator, discriminator = Generator(), Discriminator()

    sizes = weights_of_convolutions(generator), weights_of_convolutions(discriminator)

    first, down = 2 * 24 * 128 * 15, 2 * 128 * 256 * 5 + 2 * 256 * 512 * 5
    blocks, up, last = 6 * (2 * 512 * 1024 + 1024 * 512) * 3, 2 * 512 * 1024 * 5 + 2 * 512 * 512 * 5, 256 * 24 * 15
    assert sizes[0] == first + down + blocks + up + last == 37_998_592
    assert sizes[1] == 2 * 9 * (128 + 128 * 256 + 256 * 512) + 2 * 512 * 1024 * 18 + 1024 == 21_826_816


def test_every_layer_of_the_generator_has_the_published_shape() -> None:
    shapes = outputs(Generator(), torch.randn(1, 24, 128))

    assert shapes == [(128, 128), (256, 64), (512, 32), *6 * [(512, 32)], (512, 64), (256, 128), (24, 128)]


def test_every_layer_of_the_discriminator_has_the_published_shape() -> None:
    shapes = outputs(Discriminator(), torch.randn(1, 24, 128))

    assert shapes == [(128, 24, 64), (256, 12, 32), (512, 6, 16), (1024, 6, 8), (1, 6, 8)]


@pytest.mark.parametrize("frames", [8, 12, 100, 128])
def test_any_multiple_of_four_frames_is_converted_and_judged(frames: int) -> None:
    spectra = torch.randn(2, 24, frames)

    converted = Generator(width=4)(spectra)
    score = Discriminator(width=4)(converted)

    assert converted.shape == spectra.shape
    assert score.shape[:2] == (2, 6)


def test_the_first_width_scales_the_others() -> None:
    shapes = outputs(Generator(dims=13, width=4, blocks=1), torch.randn(1, 13, 16))

    assert shapes == [(4, 16), (8, 8), (16, 4), (16, 4), (16, 8), (8, 16), (13, 16)]


def test_a_sample_is_converted_and_judged_as_if_it_were_alone() -> None:
    generator, discriminator, spectra = Generator(width=4), Discriminator(width=4), torch.randn(3, 24, 32)

    together = generator(spectra), discriminator(spectra)
    alone = generator(spectra[1:2]), discriminator(spectra[1:2])

    for one, other in zip(together, alone, strict=True):
        torch.testing.assert_close(one[1:2], other, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("network", [Generator(width=4), Discriminator(width=4)], ids=["generator", "discriminator"])
def test_gradients_reach_every_parameter(network: nn.Module) -> None:
    out = network(torch.randn(2, 24, 32))

    (out * torch.randn_like(out)).sum().backward()

    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 1e-5, name


def test_scores_are_not_squashed() -> None:
    discriminator = Discriminator(width=4)
    last = next(layer for layer in discriminator.modules() if isinstance(layer, nn.Conv2d) and layer.out_channels == 1)
    nn.init.constant_(last.bias, -7.0)  # type: ignore[arg-type]

    score = discriminator(torch.randn(1, 24, 32))

    assert score.mean() < -4


def test_both_networks_run_in_half_precision() -> None:
    generator, discriminator, spectra = Generator(width=4), Discriminator(width=4), torch.randn(2, 24, 32)

    with torch.autocast("cpu", dtype=torch.bfloat16):
        converted = generator(spectra)
        score = discriminator(converted)
    score.float().square().mean().backward()

    assert converted.isfinite().all()
    assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in generator.parameters())
    torch.testing.assert_close(converted.float(), generator(spectra), atol=0.1, rtol=0.1)
