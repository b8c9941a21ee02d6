"""StackGAN's first stage: a small image of a condition (Zhang et al. 2017, arXiv 1612.03242, §3.2 and §3.4), as in its code."""

from __future__ import annotations

import torch
from einops import rearrange
from torch import nn

from sparring_captions.convolutions import SIDE, Condition, Image, Latent, convolution, enlargement, initialize, widths_of
from sparring_captions.text_discriminator import SLOPE, TextDiscriminator, trunk_of
from sparring_objectives.batch_norm import BatchNorm


class Generator(nn.Module):
    """A latent and a condition to an image between -1 and 1, of 16, 32, 64 (the paper's) and so on.

    `condition_width` is what `conditioning-augmentation` gives. A linear layer, with batch norm per unit, makes a 4x4 map of latent and
    condition; each doubling (nearest) has a 3x3 convolution, with `width` channels at half the size and twice as many at each step
    before, up to 8 times. Residual blocks are at 4x4 and 8x8. No layer has a bias. Weights start as N(0, 0.02).
    """

    def __init__(
        self, *, image_size: int = 64, channels: int = 3, condition_width: int = 128, latent_size: int = 100, width: int = 128
    ) -> None:
        super().__init__()
        self.latent_shape = (latent_size,)
        widths = widths_of(image_size, width)
        units = widths[-1] * SIDE**2
        self.first = nn.Sequential(nn.Linear(latent_size + condition_width, units, bias=False), BatchNorm(units))
        self.layers = enlargement(widths, channels, doubled=doubled)
        initialize(self, linear=True)

    def forward(self, latent: Latent, condition: Condition) -> Image:
        units = self.first(torch.cat([condition, latent], dim=1))
        return self.layers(rearrange(units, "batch (channels height width) -> batch channels height width", height=SIDE, width=SIDE))


class Discriminator(TextDiscriminator):
    """The score of an image with its text (not its condition), unbounded: GAN-INT-CLS's, without batch norm on the text.

    Its trunk has `width` channels after the first halving and twice as many after each, up to 8 times. Weights start as N(0, 0.02).
    """

    def __init__(self, *, image_size: int = 64, channels: int = 3, text_width: int = 1024, projection: int = 128, width: int = 64) -> None:
        widths = widths_of(image_size, width)
        projected = nn.Sequential(nn.Linear(text_width, projection), nn.LeakyReLU(SLOPE))
        super().__init__(trunk=trunk_of(channels, widths, linear=2), channels=widths[-1], projection=projected, projected=projection)
        initialize(self, linear=True)


def doubled(channels: int, width: int) -> nn.Module:
    """Twice the size by repeating each pixel, then a 3x3 convolution."""
    return nn.Sequential(nn.Upsample(scale_factor=2), convolution(channels, width, 3))
