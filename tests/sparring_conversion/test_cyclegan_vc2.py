"""CycleGAN-VC2's networks against the published layer table."""

from __future__ import annotations

import re

import pytest
import torch
from torch import Tensor, nn

from sparring_conversion.cyclegan_vc2 import Discriminator, Generator
from sparring_conversion.gated_convolution import GatedConvolution2d, GatedResidual1d


def weights_of_convolutions(network: nn.Module) -> int:
    return sum(layer.weight.numel() for layer in network.modules() if isinstance(layer, nn.Conv1d | nn.Conv2d))


def outputs(network: nn.Module, spectra: Tensor) -> list[tuple[int, ...]]:
    """The shape without the batch after each layer of the table, in the order of the pass."""
    shapes = []
    inner = {part for block in network.modules() if isinstance(block, GatedConvolution2d | GatedResidual1d) for part in block.modules()}
    blocks = [layer for layer in network.modules() if isinstance(layer, GatedConvolution2d | GatedResidual1d)]
    single = [layer for layer in network.modules() if isinstance(layer, nn.Conv1d | nn.Conv2d) and layer not in inner]
    hooks = [layer.register_forward_hook(lambda *call: shapes.append(tuple(call[2].shape[1:]))) for layer in (*blocks, *single)]
    network(spectra)
    for hook in hooks:
        hook.remove()
    return shapes


def test_the_networks_have_the_size_of_the_layer_table() -> None:
    generator, discriminator = Generator(), Discriminator()

    sizes = weights_of_convolutions(generator), weights_of_convolutions(discriminator)

    outer = 2 * 128 * 75 + 2 * (128 * 256 + 256 * 256) * 25 + 2 * (256 * 1024 + 256 * 512) * 25 + 128 * 75
    trunk = 2 * 2304 * 256 + 6 * (2 * 256 * 512 + 512 * 256) * 3
    assert sizes[0] == outer + trunk == 32_862_336
    assert sizes[1] == 2 * 9 * (128 + 128 * 256 + 256 * 512 + 512 * 1024) + 2 * 1024 * 1024 * 5 + 1024 * 3 == 22_877_440


def test_every_layer_of_the_generator_has_the_published_shape() -> None:
    shapes = outputs(Generator(), torch.randn(1, 36, 128))

    down, up = [(128, 36, 128), (256, 18, 64), (256, 9, 32)], [(256, 18, 64), (128, 36, 128), (1, 36, 128)]
    assert shapes == [*down, (256, 32), *6 * [(256, 32)], (2304, 32), *up]


def test_every_layer_of_the_discriminator_has_the_published_shape() -> None:
    shapes = outputs(Discriminator(), torch.randn(1, 36, 128))

    assert shapes == [(128, 36, 128), (256, 18, 64), (512, 9, 32), (1024, 5, 16), (1024, 5, 16), (1, 5, 16)]


def test_every_layer_has_the_published_kernel() -> None:
    generator, discriminator = Generator(width=1, blocks=1), Discriminator(width=1)

    kernels = [
        [layer.kernel_size for layer in network.modules() if isinstance(layer, nn.Conv1d | nn.Conv2d)]
        for network in (generator, discriminator)
    ]

    assert kernels[0] == [(5, 15), (5, 5), (5, 5), (1,), (3,), (3,), (1,), (5, 5), (5, 5), (5, 15)]
    assert kernels[1] == [*4 * [(3, 3)], (1, 5), (1, 3)]


@pytest.mark.parametrize(("dims", "frames"), [(24, 8), (36, 100)])
def test_any_multiple_of_four_is_converted_and_judged(dims: int, frames: int) -> None:
    spectra = torch.randn(2, dims, frames)

    converted = Generator(dims=dims, width=4, blocks=1)(spectra)
    score = Discriminator(width=4)(converted)

    assert converted.shape == spectra.shape
    assert score.shape == (2, -(-dims // 8), -(-frames // 8))


def test_dims_that_four_does_not_divide_are_refused() -> None:
    refusal = "a 2-1-2D generator halves the dimensions twice: dims must be a multiple of 4, not 34; take 36"

    with pytest.raises(ValueError, match=f"^{re.escape(refusal)}$"):
        Generator(dims=34)


def test_a_trunk_that_changes_nothing_hands_the_picture_on_as_it_was() -> None:
    generator, spectra = Generator(dims=12, width=4), torch.randn(2, 12, 16)
    generator.trunk = nn.Sequential()

    converted = generator(spectra)

    assert torch.equal(converted, generator.up(generator.down(spectra[:, None])).squeeze(1))


def test_a_sample_is_converted_and_judged_as_if_it_were_alone() -> None:
    generator, discriminator, spectra = Generator(dims=8, width=4), Discriminator(width=4), torch.randn(3, 8, 32)

    together = generator(spectra), discriminator(spectra)
    alone = generator(spectra[1:2]), discriminator(spectra[1:2])

    for one, other in zip(together, alone, strict=True):
        torch.testing.assert_close(one[1:2], other, atol=1e-5, rtol=1e-4)


def unreached(network: nn.Module) -> list[str]:
    """The parameters without a gradient to speak of after a backward pass."""
    out = network(torch.randn(2, 8, 32))
    (out * torch.randn_like(out)).sum().backward()
    return [name for name, parameter in network.named_parameters() if parameter.grad is None or parameter.grad.abs().max() < 1e-5]


def test_gradients_reach_every_parameter_but_a_shift_that_the_next_norm_takes_out_again() -> None:
    generator, discriminator = Generator(dims=8, width=4), Discriminator(width=4)

    left_out = unreached(generator), unreached(discriminator)

    last_block = generator.trunk[7]
    assert isinstance(last_block, GatedResidual1d)
    assert left_out == (["trunk.7.norm.bias"], [])


def test_both_networks_run_in_half_precision() -> None:
    generator, discriminator, spectra = Generator(dims=8, width=4), Discriminator(width=4), torch.randn(2, 8, 32)

    with torch.autocast("cpu", dtype=torch.bfloat16):
        converted = generator(spectra)
        score = discriminator(converted)
    score.float().square().mean().backward()

    assert converted.isfinite().all()
    assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in generator.parameters())
    torch.testing.assert_close(converted.float(), generator(spectra), atol=0.1, rtol=0.1)
