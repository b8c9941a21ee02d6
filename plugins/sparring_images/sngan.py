"""SNGAN: a residual pair, its discriminator under spectral norm (Miyato et al. 2018), with a class projection (Miyato, Koyama 2018)."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Literal

from einops import rearrange, reduce
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from sparring_images.residual import ResidualBlock, initialized
from sparring_images.shapes import Image, Labels, Latent, Score
from sparring_objectives.batch_norm import BatchNorm
from sparring_objectives.conditional_batch_norm import ConditionalBatchNorm
from sparring_vision import doublings

Layout = Literal["flat", "pyramid"]
EPSILON = 2e-5
WIDEST = 16


class Generator(nn.Module):
    """A latent to an image: a linear layer to a 4x4 map, one residual block with batch norm per doubling, then a tanh.

    `layout: flat` is the CIFAR-10 network, as wide everywhere; `pyramid` the one for ImageNet, which has `width` channels at full size
    (the paper's is 64) and doubles them at each halving, up to 16 times. With `conditional: true`, gains and biases of the norms within
    blocks depend on the label, of `classes`.
    """

    def __init__(
        self,
        *,
        image_size: int = 32,
        channels: int = 3,
        latent_size: int = 128,
        width: int = 256,
        layout: Layout = "flat",
        conditional: bool = False,
        classes: int = 10,
    ) -> None:
        super().__init__()
        self.latent_shape, self.conditional = (latent_size,), conditional
        widths = _widths(layout, width, doublings(image_size, start=4))[::-1]
        self.first = initialized(nn.Linear(latent_size, widths[0] * 16))
        norm = partial(ConditionalBatchNorm, classes=classes, epsilon=EPSILON) if conditional else partial(BatchNorm, eps=EPSILON)
        self.blocks = nn.ModuleList(
            ResidualBlock(before, after, resample="up", norm=norm) for before, after in zip((widths[0], *widths[:-1]), widths, strict=True)
        )
        self.norm = BatchNorm(widths[-1], eps=EPSILON)
        self.last = initialized(nn.Conv2d(widths[-1], channels, 3, padding=1))

    def forward(self, latent: Latent, label: Labels | None = None) -> Image:
        """Images between -1 and 1, of the classes in `label` if the network is conditional."""
        hidden = rearrange(self.first(latent), "batch (channels height width) -> batch channels height width", height=4, width=4)
        for block in self.blocks:
            hidden = block(hidden, label)
        return self.last(self.norm(hidden).relu()).tanh()


class Discriminator(nn.Module):
    """The score of each image, unbounded: residual blocks without norms, every layer with spectral norm, then the sum over positions.

    `layout: flat` halves the image to 8x8 and keeps it for two blocks (CIFAR-10), `pyramid` to 4x4 while channels double (ImageNet). With
    `conditional: true`, the score of a label is the inner product of its embedding with the pooled features, beside the linear layer's.
    """

    def __init__(
        self,
        *,
        image_size: int = 32,
        channels: int = 3,
        width: int = 128,
        layout: Layout = "flat",
        conditional: bool = False,
        classes: int = 10,
    ) -> None:
        super().__init__()
        self.conditional = conditional
        halvings, kept = (doublings(image_size, start=4), 1) if layout == "pyramid" else (max(doublings(image_size, start=4) - 1, 1), 2)
        widths = _widths(layout, width, halvings)
        first = ResidualBlock(channels, widths[0], resample="down", raw=True, wrapped=spectral_norm)
        down = [ResidualBlock(before, after, resample="down", wrapped=spectral_norm) for before, after in pairwise(widths)]
        same = [ResidualBlock(widths[-1], widths[-1], wrapped=spectral_norm) for _ in range(kept)]
        self.blocks = nn.ModuleList([first, *down, *same])
        self.last = spectral_norm(initialized(nn.Linear(widths[-1], 1, bias=False)))
        self.embedding = spectral_norm(initialized(nn.Embedding(classes, widths[-1]))) if conditional else None

    def features(self, image: Image) -> list[Tensor]:
        """What comes out of every block, from the image on."""
        found: list[Tensor] = []
        for block in self.blocks:
            found.append(block(found[-1] if found else image))
        return found

    def forward(self, image: Image, label: Labels | None = None) -> Score:
        pooled = reduce(self.features(image)[-1].relu(), "batch channels height width -> batch channels", "sum")
        score = rearrange(self.last(pooled), "batch 1 -> batch")
        return score if self.embedding is None else score + (self.embedding(label) * pooled).sum(dim=1)


def _widths(layout: Layout, width: int, count: int) -> list[int]:
    """Channels from the full-size end to the smallest map."""
    return [width * (min(2**stage, WIDEST) if layout == "pyramid" else 1) for stage in range(count)]
