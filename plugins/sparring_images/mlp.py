"""The first GAN: layers without convolutions, as its authors played MNIST (Goodfellow et al. 2014)."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from sparring_images.shapes import Image, Latent, Score


class Generator(nn.Module):
    """A latent to an image of any size: two hidden layers of ReLU and an `output`, which is a sigmoid stretched to go from -1 to 1.

    The latent is multiplied by `latent_scale`: √3 makes the task's `latent: uniform` the paper's, of unit variance; a normal one needs 1.
    Weights start uniform within ±0.05, biases as 0. `output: linear` is that of the paper's CIFAR-10 network.
    """

    conditional: ClassVar[bool] = False

    def __init__(
        self,
        *,
        image_size: int = 28,
        channels: int = 1,
        latent_size: int = 100,
        latent_scale: float = math.sqrt(3),
        width: int = 1200,
        output: Literal["sigmoid", "linear"] = "sigmoid",
    ) -> None:
        super().__init__()
        self.latent_shape, self.latent_scale = (latent_size,), latent_scale
        self.image_size, self.output = image_size, output
        self.layers = nn.Sequential(
            nn.Linear(latent_size, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, channels * image_size**2)
        )
        initialize(self, 0.05)

    def forward(self, latent: Latent) -> Image:
        """Images between -1 and 1, or unbounded with a linear output."""
        pixels = self.layers(self.latent_scale * latent)
        if self.output == "sigmoid":
            pixels = 2 * pixels.sigmoid() - 1
        side = {"height": self.image_size, "width": self.image_size}
        return rearrange(pixels, "batch (channels height width) -> batch channels height width", **side)


class Maxout(nn.Module):
    """The largest of `pieces` linear functions for each of `units` (Goodfellow et al. 2013)."""

    def __init__(self, inputs: int, units: int, *, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces
        self.linear = nn.Linear(inputs, units * pieces)

    def forward(self, values: Float[Tensor, "batch inputs"]) -> Float[Tensor, "batch units"]:
        return rearrange(self.linear(values), "batch (units pieces) -> batch units pieces", pieces=self.pieces).max(dim=2).values


class Discriminator(nn.Module):
    """The score of each image, unbounded: two maxout layers of `width` units, with dropout of pixels (0.2) and of units (0.5).

    Weights start uniform within ±0.005, biases as 0.
    """

    conditional: ClassVar[bool] = False

    def __init__(
        self,
        *,
        image_size: int = 28,
        channels: int = 1,
        width: int = 240,
        pieces: int = 5,
        pixel_dropout: float = 0.2,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.pixel_dropout, self.dropout = nn.Dropout(pixel_dropout), nn.Dropout(dropout)
        self.first = Maxout(channels * image_size**2, width, pieces=pieces)
        self.second = Maxout(width, width, pieces=pieces)
        self.last = nn.Linear(width, 1)
        initialize(self, 0.005)

    def features(self, image: Image) -> list[Tensor]:
        """The activations of both hidden layers, after dropout."""
        pixels = rearrange(image, "batch channels height width -> batch (channels height width)")
        one = self.dropout(self.first(self.pixel_dropout(pixels)))
        return [one, self.dropout(self.second(one))]

    def forward(self, image: Image) -> Score:
        return rearrange(self.last(self.features(image)[-1]), "batch 1 -> batch")


def initialize(network: nn.Module, bound: float) -> None:
    for module in network.modules():
        if isinstance(module, nn.Linear):
            nn.init.uniform_(module.weight, -bound, bound)
            nn.init.zeros_(module.bias)
