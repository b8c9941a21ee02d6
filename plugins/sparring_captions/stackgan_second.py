"""StackGAN's second stage: an image four times larger, painted over the first (Zhang et al. 2017, arXiv 1612.03242, §3.3 and §3.4)."""

from __future__ import annotations

from itertools import pairwise

import torch
from einops import repeat
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import interpolate

from sparring_captions.convolutions import Condition, Image, Residual, convolution, initialize, widths_of
from sparring_captions.stackgan_first import doubled
from sparring_captions.text_discriminator import SLOPE, TextDiscriminator, trunk_of
from sparring_objectives.batch_norm import BatchNorm
from sparring_vision import doublings

# How often the second stage's image is larger than the first's, and the smallest image of the first.
SCALE = 4
SMALLEST_FIRST = 16
# Where the enlarged image is put ahead of a tanh, which reaches -1 and 1 nowhere.
NEARLY = 0.98

Sketch = Float[Tensor, "batch channels first_height first_width"]


class Generator(nn.Module):
    """A first stage's image and a condition to an image four times larger, between -1 and 1: of 64, 128, 256 (the paper's) and so on.

    The image is halved twice, the condition put beside it at each position, both go through `residual_blocks` blocks of two 3x3
    convolutions (4 in the paper; 2 for its images of 128 and for COCO), and four doublings (nearest, then 3x3 convolutions) lead to the
    result. `width` channels look at the first image, 4 times as many do the work, a quarter is left at full size. Every convolution but
    the first and the last has batch norm and ReLU, none a bias. Weights start as N(0, 0.02).

    With `skip`, which the paper does not have, what is painted is added to the first image, enlarged bilinearly: few steps, and a few
    channels, then need not learn to copy.

    `forward` raises `ValueError` for an image that is not a quarter of `image_size`.
    """

    def __init__(
        self,
        *,
        image_size: int = 256,
        channels: int = 3,
        condition_width: int = 128,
        width: int = 128,
        residual_blocks: int = 4,
        skip: bool = False,
    ) -> None:
        super().__init__()
        doublings(image_size, start=SCALE * SMALLEST_FIRST // 2)
        self.image_size, self.skip = image_size, skip
        wide = SCALE * width
        self.look = nn.Sequential(
            convolution(channels, width, 3), nn.ReLU(),
            convolution(width, 2 * width, 4, stride=2), BatchNorm(2 * width), nn.ReLU(),
            convolution(2 * width, wide, 4, stride=2), BatchNorm(wide), nn.ReLU(),
        )  # fmt: skip
        self.joint = nn.Sequential(convolution(wide + condition_width, wide, 3), BatchNorm(wide), nn.ReLU())
        self.blocks = nn.Sequential(*(_block(wide) for _ in range(residual_blocks)))
        widths = [wide, 2 * width, width, max(width // 2, 1), max(width // 4, 1)]
        self.layers = nn.Sequential(
            *(module for before, after in pairwise(widths) for module in (doubled(before, after), BatchNorm(after), nn.ReLU())),
            convolution(widths[-1], channels, 3),
        )
        self.bound = nn.Tanh()
        initialize(self, linear=True)

    def forward(self, image: Sketch, condition: Condition) -> Image:
        if image.shape[2] * SCALE != self.image_size:
            raise ValueError(
                f"the first stage makes images of {image.shape[2]}, which become {image.shape[2] * SCALE} here, not {self.image_size}: "
                f"take data with image_size {image.shape[2] * SCALE}, or a first stage of {self.image_size // SCALE}"
            )
        seen = self.look(image)
        said = repeat(condition, "batch units -> batch units height width", height=seen.shape[2], width=seen.shape[3])
        painted = self.layers(self.blocks(self.joint(torch.cat([seen, said], dim=1))))
        if self.skip:
            painted = painted + torch.atanh(NEARLY * interpolate(image, scale_factor=SCALE, mode="bilinear"))
        return self.bound(painted)


class Discriminator(TextDiscriminator):
    """The score of an image with its text, unbounded, for images of 16, 32, and so on: the paper's are of 256.

    One convolution per halving down to 4x4, `width` channels after the first and twice as many after each, up to 32 times; 1x1
    convolutions that halve what is above 8 times; then as the first stage's. There is no second head that judges the image alone: that
    is of the authors' later code. Weights start as N(0, 0.02).
    """

    def __init__(self, *, image_size: int = 256, channels: int = 3, text_width: int = 1024, projection: int = 128, width: int = 64) -> None:
        widths = widths_of(image_size, width, widest=32)
        narrowed = tuple(width * times for times in (16, 8) if width * times < widths[-1])
        projected = nn.Sequential(nn.Linear(text_width, projection), nn.LeakyReLU(SLOPE))
        trunk = trunk_of(channels, widths, narrowed=narrowed, linear=1)
        super().__init__(trunk=trunk, channels=[*widths, *narrowed][-1], projection=projected, projected=projection)
        initialize(self, linear=True)


def _block(channels: int) -> Residual:
    return Residual(
        convolution(channels, channels, 3), BatchNorm(channels), nn.ReLU(), convolution(channels, channels, 3), BatchNorm(channels)
    )
