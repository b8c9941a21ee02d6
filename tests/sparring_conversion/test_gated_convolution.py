"""The layers of CycleGAN-VC and CycleGAN-VC2 against what the papers say of them."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from sparring_conversion.gated_convolution import (
    GatedConvolution1d,
    GatedConvolution2d,
    GatedResidual1d,
    instance_norm,
    shuffle_1d,
    shuffle_2d,
)


def convolution(layer: nn.Module) -> nn.Conv1d | nn.Conv2d:
    return next(one for one in layer.modules() if isinstance(one, nn.Conv1d | nn.Conv2d))


def vary(layer: nn.Module) -> None:
    """Give every channel a scale and a shift of its own, so that mixed up channels show."""
    for parameter in layer.parameters():
        nn.init.normal_(parameter)


def pair_of_branches(layer: nn.Module) -> tuple[tuple[Tensor, Tensor | None, Tensor, Tensor], ...]:
    """Weight and bias of the convolution, scale and shift of the norm, of the value and of the gate."""
    one, norm = convolution(layer), next(one for one in layer.modules() if isinstance(one, nn.GroupNorm))
    biases = (None, None) if one.bias is None else one.bias.chunk(2)
    return tuple(zip(one.weight.chunk(2), biases, norm.weight.chunk(2), norm.bias.chunk(2), strict=True))


def test_a_pixel_shuffle_puts_neighbouring_channels_on_neighbouring_frames() -> None:
    hidden = torch.tensor([[[0.0, 1.0, 2.0], [10.0, 11.0, 12.0], [20.0, 21.0, 22.0], [30.0, 31.0, 32.0]]])

    shuffled = shuffle_1d(2)(hidden)

    assert shuffled.tolist() == [[[0.0, 10.0, 1.0, 11.0, 2.0, 12.0], [20.0, 30.0, 21.0, 31.0, 22.0, 32.0]]]


def test_the_pixel_shuffle_of_pictures_is_the_one_of_shi() -> None:
    hidden = torch.randn(2, 12, 3, 5)

    shuffled = shuffle_2d(2)(hidden)

    assert torch.equal(shuffled, nn.PixelShuffle(2)(hidden))


def test_an_instance_norm_gives_each_channel_of_each_sample_mean_0_and_deviation_1() -> None:
    hidden = 3 + 5 * torch.randn(2, 4, 50)

    normed = instance_norm(4)(hidden)

    torch.testing.assert_close(normed.mean(dim=2), torch.zeros(2, 4), atol=1e-5, rtol=0)
    torch.testing.assert_close(normed.std(dim=2, correction=0), torch.ones(2, 4))
    torch.testing.assert_close(normed, functional.instance_norm(hidden, eps=1e-6))


def test_a_gated_convolution_is_two_parallel_convolutions_with_norms_of_their_own() -> None:
    layer, hidden = GatedConvolution1d(3, 5, kernel_size=5, stride=2), torch.randn(2, 3, 16)
    vary(layer)

    gated = layer(hidden)

    value, gate = (
        functional.instance_norm(functional.conv1d(hidden, weight, bias, stride=2, padding=2), weight=scale, bias=shift, eps=1e-6)
        for weight, bias, scale, shift in pair_of_branches(layer)
    )
    torch.testing.assert_close(gated, value * gate.sigmoid())


def test_value_and_gate_are_shuffled_and_normed_apart() -> None:
    layer, hidden = GatedConvolution2d(3, 4, kernel_size=(5, 5), upscale=2), torch.randn(2, 3, 6, 8)
    vary(layer)

    gated = layer(hidden)

    value, gate = (
        functional.instance_norm(
            functional.pixel_shuffle(functional.conv2d(hidden, weight, bias, padding=2), 2), weight=scale, bias=shift, eps=1e-6
        )
        for weight, bias, scale, shift in pair_of_branches(layer)
    )
    torch.testing.assert_close(gated, value * gate.sigmoid(), atol=1e-5, rtol=1e-4)


def test_a_layer_has_a_bias_where_its_norm_does_not_remove_it() -> None:
    plain = GatedConvolution1d(3, 4, kernel_size=3)
    bare = GatedConvolution1d(3, 4, kernel_size=3, normalized=False)
    upscaling = GatedConvolution1d(3, 4, kernel_size=3, upscale=2)

    biases = [convolution(layer).bias is not None for layer in (plain, bare, upscaling)]

    assert biases == [False, True, True]


def test_an_even_kernel_keeps_the_size() -> None:
    layer = GatedConvolution2d(2, 3, kernel_size=(6, 3))

    gated = layer(torch.randn(1, 2, 7, 9))

    assert gated.shape == (1, 3, 7, 9)


def test_a_residual_block_whose_last_norm_is_zero_gives_what_it_gets() -> None:
    block, hidden = GatedResidual1d(4, 8), torch.randn(2, 4, 10)
    nn.init.zeros_(block.norm.weight)  # type: ignore[arg-type]

    after = block(hidden)

    assert torch.equal(after, hidden)
