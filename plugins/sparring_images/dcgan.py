"""DCGAN: strided and transposed convolutions from a 4x4 map to any power of two (Radford, Metz, Chintala 2015), as published."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from sparring_images.shapes import Image, Latent, Score
from sparring_objectives.batch_norm import BatchNorm
from sparring_objectives.minibatch_deviation import MinibatchDeviation
from sparring_objectives.minibatch_discrimination import MinibatchDiscrimination
from sparring_objectives.virtual_batch_norm import Moments, VirtualBatchNorm
from sparring_vision import doublings

WIDEST = 8


def widths_of(image_size: int, width: int) -> list[int]:
    """Channels from the full-size end to the 4x4 map: doubling from `width`, up to 8 times that, the widest of the paper."""
    return [width * min(2**stage, WIDEST) for stage in range(doublings(image_size, start=4))]


class Generator(nn.Module):
    """A latent to an image of a power of two, at least 8: a linear layer to a 4x4 map, then one transposed convolution per doubling.

    Each layer but the last is normalized (`norm`) and followed by ReLU; the output is a tanh. `kernel_size: 4`, the default, is the
    authors' dcgan.torch; `kernel_size: 5` with `width: 128` is their faces script, whose first norm is per unit, not per channel. Nothing
    has a bias but the norms; without norms, every layer has one. Weights start as N(0, 0.02).

    `norm: virtual` (Salimans et al. 2016, §3.4) normalizes with `reference_size` fixed latents, drawn from `reference_latent`, which should
    be what the task draws from; every forward then computes those images too.
    """

    conditional: ClassVar[bool] = False

    def __init__(
        self,
        *,
        image_size: int = 64,
        channels: int = 3,
        latent_size: int = 100,
        width: int = 64,
        kernel_size: Literal[4, 5] = 4,
        norm: Literal["batch", "virtual", "none"] = "batch",
        reference_size: int = 64,
        reference_latent: Literal["normal", "uniform"] = "normal",
    ) -> None:
        super().__init__()
        self.latent_shape = (latent_size,)
        self.norm_per_unit = kernel_size == 5
        outer = [channels, *widths_of(image_size, width)]
        self.first = nn.Linear(latent_size, outer[-1] * 16, bias=norm == "none")
        # Padding 1 (4x4) or 2 with one more row at the end (5x5): either doubles the size.
        shape: dict[str, Any] = {
            "kernel_size": kernel_size,
            "stride": 2,
            "padding": (kernel_size - 1) // 2,
            "output_padding": kernel_size - 4,
        }
        self.layers = nn.ModuleList(
            nn.ConvTranspose2d(wide, narrow, **shape, bias=norm == "none") for wide, narrow in zip(outer[:0:-1], outer[-2::-1], strict=True)
        )
        normed = [outer[-1] * (16 if self.norm_per_unit else 1), *outer[-2:0:-1]]
        made = {"batch": BatchNorm, "virtual": _by_example, "none": _identity}[norm]
        self.norms = nn.ModuleList(made(width) for width in normed)
        initialize(self)
        reference = None
        if norm == "virtual":
            latents = torch.empty(reference_size, latent_size)
            reference = latents.normal_() if reference_latent == "normal" else latents.uniform_(-1, 1)
        self.reference: Tensor | None
        self.register_buffer("reference", reference)

    def forward(self, latent: Latent) -> Image:
        """Images between -1 and 1."""
        moments = None if self.reference is None else self._drawn(self.reference, None)[1]
        return self._drawn(latent, moments)[0]

    def _drawn(self, latent: Tensor, reference: list[Moments] | None) -> tuple[Tensor, list[Moments]]:
        used: list[Moments] = []

        def normed(hidden: Tensor, norm: nn.Module) -> Tensor:
            if isinstance(norm, VirtualBatchNorm):
                hidden, moments = norm(hidden, None if reference is None else reference[len(used)])
                used.append(moments)
                return functional.relu(hidden)
            return functional.relu(norm(hidden))

        hidden = self.first(latent)
        hidden = _map(normed(hidden, self.norms[0])) if self.norm_per_unit else normed(_map(hidden), self.norms[0])
        for layer, norm in zip(self.layers[:-1], self.norms[1:], strict=True):
            hidden = normed(layer(hidden), norm)
        return self.layers[-1](hidden).tanh(), used


class Discriminator(nn.Module):
    """The score of each image, unbounded: one strided convolution per halving down to a 4x4 map, then a linear layer.

    LeakyReLU of slope 0.2 throughout; every layer but the first is normalized: `norm: layer` (each image over its channels and positions)
    and `none` do without the batch, as gradient penalties ask. `dropout` is the share of activations dropped after every layer.
    `minibatch_kernels` puts minibatch discrimination (Salimans et al. 2016, §3.2) before the last layer, `minibatch_group` the deviation of
    groups of that many images (Karras et al. 2018, §3).
    """

    conditional: ClassVar[bool] = False

    def __init__(
        self,
        *,
        image_size: int = 64,
        channels: int = 3,
        width: int = 64,
        kernel_size: Literal[4, 5] = 4,
        norm: Literal["batch", "layer", "none"] = "batch",
        dropout: float = 0.0,
        minibatch_kernels: int = 0,
        minibatch_group: int = 0,
    ) -> None:
        super().__init__()
        widths = widths_of(image_size, width)
        shape: dict[str, Any] = {"kernel_size": kernel_size, "stride": 2, "padding": (kernel_size - 1) // 2}
        self.layers = nn.ModuleList(
            nn.Conv2d(narrow, wide, **shape, bias=norm == "none") for narrow, wide in zip((channels, *widths[:-1]), widths, strict=True)
        )
        made = {"batch": BatchNorm, "layer": _layer_norm, "none": _identity}[norm]
        self.norms = nn.ModuleList([nn.Identity(), *(made(width) for width in widths[1:])])
        self.dropout = nn.Dropout(dropout)
        self.deviation = MinibatchDeviation(group=minibatch_group) if minibatch_group else nn.Identity()
        units = (widths[-1] + bool(minibatch_group)) * 16
        self.likeness = MinibatchDiscrimination(units, kernels=minibatch_kernels) if minibatch_kernels else nn.Identity()
        self.last = nn.Linear(units + minibatch_kernels, 1, bias=norm == "none")
        initialize(self)

    def features(self, image: Image) -> list[Tensor]:
        """The activations of every convolution, from the image on."""
        found: list[Tensor] = []
        for layer, norm in zip(self.layers, self.norms, strict=True):
            found.append(self.dropout(functional.leaky_relu(norm(layer(found[-1] if found else image)), 0.2)))
        return found

    def forward(self, image: Image) -> Score:
        hidden = self.deviation(self.features(image)[-1])
        units = rearrange(hidden, "batch channels height width -> batch (channels height width)")
        return rearrange(self.last(self.likeness(units)), "batch 1 -> batch")


def initialize(network: nn.Module) -> None:
    """DCGAN's start: weights of N(0, 0.02), gains of N(1, 0.02), biases of 0."""
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(module.weight, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, BatchNorm | nn.GroupNorm) and module.affine:
            nn.init.normal_(module.weight, mean=1.0, std=0.02)
            nn.init.zeros_(module.bias)


def _map(units: Float[Tensor, "batch units"]) -> Image:
    return rearrange(units, "batch (channels height width) -> batch channels height width", height=4, width=4)


def _layer_norm(channels: int) -> nn.Module:
    return nn.GroupNorm(1, channels)


def _by_example(channels: int) -> nn.Module:
    return VirtualBatchNorm(channels, own="example")


def _identity(channels: int) -> nn.Module:
    return nn.Identity()
