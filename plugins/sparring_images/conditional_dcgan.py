"""A conditional GAN of convolutions: DCGAN's authors' MNIST script, with the label beside the input of every layer."""

from __future__ import annotations

from typing import ClassVar

import torch
from einops import rearrange, repeat
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from sparring_images.dcgan import initialize
from sparring_images.shapes import Image, Labels, Latent, Score
from sparring_objectives.batch_norm import BatchNorm

# Four times the size, or a quarter of it, in two layers.
SCALE = 4


class Generator(nn.Module):
    """A latent and a label to an image of any size that 4 divides (Mirza and Osindero 2014; Radford et al. 2015).

    Two linear layers, the first of `hidden` units, then two 5x5 transposed convolutions; batch norm without gain and bias, ReLU, and at
    the end a sigmoid, which is stretched to go from -1 to 1. No layer has a bias. Weights start as N(0, 0.02).
    """

    conditional: ClassVar[bool] = True

    def __init__(
        self, *, image_size: int = 28, channels: int = 1, classes: int = 10, latent_size: int = 100, width: int = 64, hidden: int = 1024
    ) -> None:
        super().__init__()
        self.latent_shape, self.classes, self.side = (latent_size,), classes, side_of(image_size)
        units = 2 * width * self.side**2
        self.first = nn.Linear(latent_size + classes, hidden, bias=False)
        self.second = nn.Linear(hidden + classes, units, bias=False)
        shape = {"kernel_size": 5, "stride": 2, "padding": 2, "output_padding": 1, "bias": False}
        self.third = nn.ConvTranspose2d(2 * width + classes, width, **shape)
        self.fourth = nn.ConvTranspose2d(width + classes, channels, **shape)
        self.norms = nn.ModuleList(BatchNorm(count, affine=False) for count in (hidden, units, width))
        initialize(self)

    def forward(self, latent: Latent, label: Labels) -> Image:
        """Images between -1 and 1, of the classes in `label`."""
        said = functional.one_hot(label, self.classes).to(latent.dtype)
        hidden = self.norms[0](self.first(beside(latent, said))).relu()
        hidden = self.norms[1](self.second(beside(hidden, said))).relu()
        side = {"height": self.side, "width": self.side}
        hidden = rearrange(hidden, "batch (channels height width) -> batch channels height width", **side)
        hidden = self.norms[2](self.third(beside(hidden, said))).relu()
        return 2 * self.fourth(beside(hidden, said)).sigmoid() - 1


class Discriminator(nn.Module):
    """The score of each image as one of its label's class, unbounded: the generator's mirror image, with LeakyReLU of slope 0.2."""

    conditional: ClassVar[bool] = True

    def __init__(self, *, image_size: int = 28, channels: int = 1, classes: int = 10, width: int = 64, hidden: int = 1024) -> None:
        super().__init__()
        self.classes, side = classes, side_of(image_size)
        shape = {"kernel_size": 5, "stride": 2, "padding": 2, "bias": False}
        self.first = nn.Conv2d(channels + classes, width, **shape)
        self.second = nn.Conv2d(width + classes, 2 * width, **shape)
        self.third = nn.Linear(2 * width * side**2 + classes, hidden, bias=False)
        self.fourth = nn.Linear(hidden + classes, 1, bias=False)
        self.norms = nn.ModuleList(BatchNorm(count, affine=False) for count in (2 * width, hidden))
        initialize(self)

    def features(self, image: Image, label: Labels | None = None) -> list[Tensor]:
        """The activations of both convolutions; without labels, all classes are said to be absent."""
        said = image.new_zeros(len(image), self.classes) if label is None else functional.one_hot(label, self.classes).to(image.dtype)
        one = functional.leaky_relu(self.first(beside(image, said)), 0.2)
        return [one, functional.leaky_relu(self.norms[0](self.second(beside(one, said))), 0.2)]

    def forward(self, image: Image, label: Labels) -> Score:
        said = functional.one_hot(label, self.classes).to(image.dtype)
        units = rearrange(self.features(image, label)[-1], "batch channels height width -> batch (channels height width)")
        hidden = functional.leaky_relu(self.norms[1](self.third(beside(units, said))), 0.2)
        return rearrange(self.fourth(beside(hidden, said)), "batch 1 -> batch")


def beside(values: Float[Tensor, "batch channels *size"], said: Float[Tensor, "batch classes"]) -> Tensor:
    """The label's channels behind those of `values`, constant over positions."""
    if values.ndim == 4:
        said = repeat(said, "batch classes -> batch classes height width", height=values.shape[2], width=values.shape[3])
    return torch.cat([values, said.to(values.dtype)], dim=1)


def side_of(image_size: int) -> int:
    side, rest = divmod(image_size, SCALE)
    if rest or not side:
        nearest = f"{side * SCALE} or {(side + 1) * SCALE}" if side else f"{SCALE}"
        raise ValueError(f"this network makes images of a size that {SCALE} divides: take image_size {nearest}, not {image_size}")
    return side
