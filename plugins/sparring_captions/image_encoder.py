"""The image's half of a joint embedding: strided convolutions down to 4x4, then one layer."""

from __future__ import annotations

from itertools import pairwise

from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from sparring_objectives.batch_norm import BatchNorm
from sparring_vision import doublings

LAST = 4


class ImageEncoder(nn.Module):
    """One 4x4 convolution of stride 2 with batch norm and leaky ReLU for each halving down to 4x4, then a linear layer.

    The convolutions have `stem`, 2·`stem`, 3·`stem` … channels; `width` is that of the embedding. Takes images of 4 pixels doubled any
    number of times; raises `ValueError` for other sizes. Learned with the text encoder, from scratch: Reed et al. 2016 (arXiv 1605.05395)
    use the fixed features of a GoogLeNet trained on ImageNet instead, which would have to be downloaded.
    """

    def __init__(self, *, image_size: int = 64, channels: int = 3, width: int = 1024, stem: int = 64) -> None:
        super().__init__()
        stages = doublings(image_size, start=LAST)
        if min(width, stem) < 1:
            raise ValueError(f"a stem of {stem} and an embedding of {width} leave a layer empty: take 1 or more of each")
        self.image_size, self.width = image_size, width
        sizes = pairwise([channels, *(stem * stage for stage in range(1, stages + 1))])
        self.trunk = nn.Sequential(*(_stage(inward, outward) for inward, outward in sizes))
        self.out = nn.Linear(stem * stages * LAST * LAST, width)

    def forward(self, image: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch numbers"]:
        """The embeddings of images in [-1, 1]."""
        return self.out(rearrange(self.trunk(image), "batch channels height width -> batch (channels height width)"))


def _stage(inward: int, outward: int) -> nn.Sequential:
    convolution = nn.Conv2d(inward, outward, 4, stride=2, padding=1, bias=False)
    return nn.Sequential(convolution, BatchNorm(outward), nn.LeakyReLU(0.2))
