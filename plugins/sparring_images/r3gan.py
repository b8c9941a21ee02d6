"""R3GAN: a modern baseline of residual blocks without normalization (Huang, Gokaslan, Kuleshov, Tompkin 2024), as released."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from einops import rearrange, repeat
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from sparring_images.shapes import Image, Labels, Latent, Score
from sparring_vision import doublings

SLOPE = 0.2


class Generator(nn.Module):
    """A latent to an image: a learned 4x4 map, scaled channel by channel by the latent, then `blocks` residual blocks per size.

    `widths` are the channels of every size from 4x4 on, `cardinalities` the groups of its 3x3 convolutions. The defaults are the paper's
    for CIFAR-10; FFHQ goes on with 384, 192 and 96 channels, in 48, 24 and 12 groups. The output is not squashed. With
    `conditional: true`, `embedding_size` numbers for the label stand beside the latent. Blocks start as identities.
    """

    def __init__(
        self,
        *,
        image_size: int = 32,
        channels: int = 3,
        latent_size: int = 64,
        widths: tuple[int, ...] = (768, 768, 768, 768),
        cardinalities: tuple[int, ...] = (96, 96, 96, 96),
        blocks: int = 2,
        conditional: bool = False,
        classes: int = 10,
        embedding_size: int = 64,
    ) -> None:
        super().__init__()
        self.latent_shape, self.conditional = (latent_size,), conditional
        stages = _stages(image_size, widths, cardinalities)
        self.embedding = nn.Embedding(classes, embedding_size) if conditional else None
        if self.embedding is not None:
            # A linear layer on one-hot labels, which starts as N(0, 1/√classes).
            nn.init.normal_(self.embedding.weight, std=classes**-0.5)
        self.basis = nn.Parameter(torch.randn(stages[0][0], 4, 4))
        self.first = initialized(nn.Linear(latent_size + (embedding_size if conditional else 0), stages[0][0], bias=False))
        self.stages = nn.ModuleList(_blocks(*stage, blocks=blocks, total=blocks * len(stages)) for stage in stages)
        self.widen = nn.ModuleList(_width_change(before, after) for (before, _), (after, _) in pairwise(stages))
        self.resample = Resampling()
        self.last = initialized(nn.Conv2d(stages[-1][0], channels, 1, bias=False))

    def forward(self, latent: Latent, label: Labels | None = None) -> Image:
        """Images about between -1 and 1, of the classes in `label` if the network is conditional."""
        if self.embedding is not None:
            latent = torch.cat([latent, self.embedding(label).to(latent.dtype)], dim=1)
        hidden = self.stages[0](self.basis * rearrange(self.first(latent), "batch channels -> batch channels 1 1"))
        for change, stage in zip(self.widen, self.stages[1:], strict=True):
            hidden = stage(self.resample.up(change(hidden)))
        return self.last(hidden)


class Discriminator(nn.Module):
    """The score of each image, unbounded: the generator's mirror image, ending in one 4x4 filter per channel and a linear layer.

    `widths` and `cardinalities` are those of the generator, from 4x4 on. With `conditional: true`, the linear layer gives as many numbers
    as there are channels, and the score is their inner product with the label's embedding.
    """

    def __init__(
        self,
        *,
        image_size: int = 32,
        channels: int = 3,
        widths: tuple[int, ...] = (768, 768, 768, 768),
        cardinalities: tuple[int, ...] = (96, 96, 96, 96),
        blocks: int = 2,
        conditional: bool = False,
        classes: int = 10,
    ) -> None:
        super().__init__()
        self.conditional = conditional
        stages = _stages(image_size, widths, cardinalities)[::-1]
        self.first = initialized(nn.Conv2d(channels, stages[0][0], 1, bias=False))
        self.stages = nn.ModuleList(_blocks(*stage, blocks=blocks, total=blocks * len(stages)) for stage in stages)
        self.widen = nn.ModuleList(_width_change(before, after) for (before, _), (after, _) in pairwise(stages))
        self.resample = Resampling()
        smallest = stages[-1][0]
        self.basis = initialized(nn.Conv2d(smallest, smallest, 4, groups=smallest, bias=False))
        self.last = initialized(nn.Linear(smallest, smallest if conditional else 1, bias=False))
        self.embedding = nn.Embedding(classes, smallest) if conditional else None
        if self.embedding is not None:
            nn.init.normal_(self.embedding.weight, std=(classes * smallest) ** -0.5)

    def features(self, image: Image) -> list[Tensor]:
        """What comes out of the blocks of every size, from the image on."""
        found = [self.stages[0](self.first(image))]
        for change, stage in zip(self.widen, self.stages[1:], strict=True):
            found.append(stage(change(self.resample.down(found[-1]))))
        return found

    def forward(self, image: Image, label: Labels | None = None) -> Score:
        said = self.last(rearrange(self.basis(self.features(image)[-1]), "batch channels 1 1 -> batch channels"))
        return rearrange(said, "batch 1 -> batch") if self.embedding is None else (said * self.embedding(label)).sum(dim=1)


class Block(nn.Module):
    """An inverted bottleneck: 1x1 to twice the width, 3x3 in groups, 1x1 back, added to its input; the last one starts as zero.

    `total`, the number of blocks of the network, scales the start of the others (Zhang et al. 2019: L^(-1/4) for three layers).
    """

    def __init__(self, width: int, cardinality: int, *, total: int) -> None:
        super().__init__()
        gain = math.sqrt(2 / (1 + SLOPE**2)) * total**-0.25
        self.widen = initialized(nn.Conv2d(width, 2 * width, 1), gain=gain)
        self.grouped = initialized(nn.Conv2d(2 * width, 2 * width, 3, padding=1, groups=cardinality), gain=gain)
        self.narrow = initialized(nn.Conv2d(2 * width, width, 1, bias=False), gain=0)

    def forward(self, hidden: Image) -> Image:
        inner = functional.leaky_relu(self.grouped(functional.leaky_relu(self.widen(hidden), SLOPE)), SLOPE)
        return hidden + self.narrow(inner)


class Resampling(nn.Module):
    """Twice or half the size by the kernel [1, 3, 3, 1] in both directions: bilinear, with zeros beyond the border."""

    kernel: Tensor

    def __init__(self) -> None:
        super().__init__()
        line = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
        self.register_buffer("kernel", torch.outer(line, line), persistent=False)

    def up(self, image: Image) -> Float[Tensor, "batch channels 2*height 2*width"]:
        return functional.conv_transpose2d(image, 4 * self._kernel_of(image), stride=2, padding=1, groups=image.shape[1])

    def down(self, image: Image) -> Float[Tensor, "batch channels height//2 width//2"]:
        return functional.conv2d(image, self._kernel_of(image), stride=2, padding=1, groups=image.shape[1])

    def _kernel_of(self, image: Tensor) -> Tensor:
        return repeat(self.kernel.to(image.dtype), "height width -> channels 1 height width", channels=image.shape[1])


def initialized(layer: nn.Module, *, gain: float = 1.0) -> nn.Module:
    """The layer with weights of N(0, gain / √fan_in) and biases of 0."""
    weight: Tensor = layer.weight  # type: ignore[assignment]
    nn.init.normal_(weight, std=gain / math.sqrt(weight[0].numel()))
    if isinstance(layer.bias, Tensor):
        nn.init.zeros_(layer.bias)
    return layer


def _stages(image_size: int, widths: tuple[int, ...], cardinalities: tuple[int, ...]) -> list[tuple[int, int]]:
    """Width and cardinality of every size, from 4x4 on."""
    count = doublings(image_size, start=4) + 1
    if not len(widths) == len(cardinalities) == count:
        raise ValueError(
            f"images of {image_size} have {count} sizes from 4 on: give {count} widths and {count} cardinalities, "
            f"not {len(widths)} and {len(cardinalities)}"
        )
    for width, cardinality in zip(widths, cardinalities, strict=True):
        if 2 * width % cardinality:
            raise ValueError(f"a cardinality divides twice its width: {cardinality} groups cannot share {2 * width} channels")
    return list(zip(widths, cardinalities, strict=True))


def _blocks(width: int, cardinality: int, *, blocks: int, total: int) -> nn.Sequential:
    return nn.Sequential(*(Block(width, cardinality, total=total) for _ in range(blocks)))


def _width_change(before: int, after: int) -> nn.Module:
    return nn.Identity() if before == after else initialized(nn.Conv2d(before, after, 1, bias=False))
