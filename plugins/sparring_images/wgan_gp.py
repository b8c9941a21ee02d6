"""WGAN-GP's residual pair for CIFAR-10 (Gulrajani et al. 2017, appendix F), as released, for any size that is 4 doubled."""

from __future__ import annotations

from typing import ClassVar, Literal

from einops import rearrange, reduce
from torch import Tensor, nn

from sparring_images.residual import ResidualBlock, identity, initialized
from sparring_images.shapes import Image, Latent, Score
from sparring_objectives.batch_norm import BatchNorm
from sparring_vision import doublings


class Generator(nn.Module):
    """A latent to an image: a linear layer to a 4x4 map, one residual block with batch norm per doubling, then a tanh."""

    conditional: ClassVar[bool] = False

    def __init__(self, *, image_size: int = 32, channels: int = 3, latent_size: int = 128, width: int = 128) -> None:
        super().__init__()
        self.latent_shape = (latent_size,)
        self.first = initialized(nn.Linear(latent_size, width * 16))
        blocks = range(doublings(image_size, start=4))
        self.blocks = nn.Sequential(*(ResidualBlock(width, width, resample="up", norm=BatchNorm) for _ in blocks))
        self.norm = BatchNorm(width)
        self.last = initialized(nn.Conv2d(width, channels, 3, padding=1))

    def forward(self, latent: Latent) -> Image:
        """Images between -1 and 1."""
        hidden = rearrange(self.first(latent), "batch (channels height width) -> batch channels height width", height=4, width=4)
        return self.last(self.norm(self.blocks(hidden)).relu()).tanh()


class Critic(nn.Module):
    """The score of each image, unbounded: residual blocks that halve the image to 8x8, two that keep it, and the mean over positions.

    Without batch statistics, as a penalty of each sample's slope asks: `norm: layer` normalizes each image over its channels and positions.
    """

    conditional: ClassVar[bool] = False

    def __init__(self, *, image_size: int = 32, channels: int = 3, width: int = 128, norm: Literal["layer", "none"] = "none") -> None:
        super().__init__()
        made = _layer_norm if norm == "layer" else identity
        first = ResidualBlock(channels, width, resample="down", raw=True, norm=made)
        down = [ResidualBlock(width, width, resample="down", norm=made) for _ in range(doublings(image_size, start=4) - 2)]
        self.blocks = nn.ModuleList([first, *down, *(ResidualBlock(width, width, norm=made) for _ in range(2))])
        self.last = initialized(nn.Linear(width, 1))

    def features(self, image: Image) -> list[Tensor]:
        """What comes out of every block, from the image on."""
        found: list[Tensor] = []
        for block in self.blocks:
            found.append(block(found[-1] if found else image))
        return found

    def forward(self, image: Image) -> Score:
        pooled = reduce(self.features(image)[-1].relu(), "batch channels height width -> batch channels", "mean")
        return rearrange(self.last(pooled), "batch 1 -> batch")


def _layer_norm(channels: int) -> nn.Module:
    return nn.GroupNorm(1, channels)
