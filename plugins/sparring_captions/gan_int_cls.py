"""GAN-INT-CLS: a DCGAN with residual blocks whose both sides are told a text (Reed et al. 2016, arXiv 1605.05396), as in its code."""

from __future__ import annotations

import torch
from einops import rearrange
from torch import nn

from sparring_captions.convolutions import SIDE, Image, Latent, Text, enlargement, initialize, widths_of
from sparring_captions.text_discriminator import SLOPE, TextDiscriminator, trunk_of
from sparring_objectives.batch_norm import BatchNorm


class Generator(nn.Module):
    """A latent and a text to an image between -1 and 1, of 16, 32, 64 (the paper's) and so on.

    The text, of `text_width` numbers, is projected to `projection`, with LeakyReLU of slope 0.2, and stands beside the latent; one
    transposed convolution makes a 4x4 map of them, and one per doubling the image, with `width` channels at half its size and twice as
    many at each step before, up to 8 times. Residual blocks are at 4x4 and 8x8. No convolution has a bias. The authors' COCO network has
    `width: 196`, those of CUB and Oxford-102 128. Convolutions start as N(0, 0.02), the linear layer as torch makes it, as theirs did.
    """

    def __init__(
        self,
        *,
        image_size: int = 64,
        channels: int = 3,
        text_width: int = 1024,
        projection: int = 128,
        latent_size: int = 100,
        width: int = 128,
    ) -> None:
        super().__init__()
        self.latent_shape, self.text_width = (latent_size,), text_width
        widths = widths_of(image_size, width)
        self.projection = nn.Sequential(nn.Linear(text_width, projection), nn.LeakyReLU(SLOPE))
        self.first = nn.Sequential(nn.ConvTranspose2d(latent_size + projection, widths[-1], SIDE, bias=False), BatchNorm(widths[-1]))
        self.layers = enlargement(widths, channels, doubled=_doubled)
        initialize(self, linear=False)

    def forward(self, latent: Latent, text: Text) -> Image:
        said = torch.cat([latent, self.projection(text)], dim=1)
        return self.layers(self.first(rearrange(said, "batch units -> batch units 1 1")))


class Discriminator(TextDiscriminator):
    """The score of an image with its text, unbounded: strided convolutions to a 4x4 map, where the text is put beside it.

    One convolution per halving, `width` channels after the first and twice as many after each, up to 8 times, with LeakyReLU of slope
    0.2 but after the last two, as in the code; then a residual block. (In the code, a name that is never defined leaves its branch out:
    here it is what was written down.) The text goes through a linear layer, batch norm and LeakyReLU.
    """

    def __init__(self, *, image_size: int = 64, channels: int = 3, text_width: int = 1024, projection: int = 128, width: int = 64) -> None:
        widths = widths_of(image_size, width)
        projected = nn.Sequential(nn.Linear(text_width, projection, bias=False), BatchNorm(projection), nn.LeakyReLU(SLOPE))
        super().__init__(trunk=trunk_of(channels, widths, linear=2), channels=widths[-1], projection=projected, projected=projection)
        initialize(self, linear=False)


def _doubled(channels: int, width: int) -> nn.Module:
    return nn.ConvTranspose2d(channels, width, 4, stride=2, padding=1, bias=False)
