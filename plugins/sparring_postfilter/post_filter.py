"""The post-filter's networks: speech features as a texture, to which a generator adds what smoothing took (Kaneko et al. 2017)."""

from __future__ import annotations

from itertools import pairwise

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from sparring_objectives.batch_norm import BatchNorm
from sparring_postfilter.bands import Bands

SLOPE = 0.2

Banded = Float[Tensor, "batch rows frames"]
Picture = Float[Tensor, "batch 1 band frames"]
Score = Float[Tensor, "batch bands"]


class Generator(nn.Module):
    """Synthetic features and noise in, features like natural ones out: the synthetic ones plus a residual, of any number of frames.

    Kaneko, Kameoka, Hojo, Ijima, Hiramatsu, Kashino, ICASSP 2017, whose layers are known from two public implementations: four
    convolutions of stride 1 over rows and frames, of `width`, twice as many, `width` and 1 channels, with batch norm and ReLU but after
    the last. Noise, one channel as large as the features, enters the first layer, and the synthetic features enter every one. With
    several `bands` of `dims` dimensions, each has layers of its own (Kaneko, Takaki, Kameoka, Yamagishi, Interspeech 2017); rows are
    those of `Bands`. Convolutions start as N(0, 0.02), gains as N(1, 0.02), the last bias as torch makes it. Raises `ValueError` for bands
    that cannot be and an even `kernel_size`.
    """

    def __init__(self, *, dims: int = 40, bands: int = 1, overlap: int = 0, width: int = 128, kernel_size: int = 5) -> None:
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, so that features keep their size, not {kernel_size}: take {kernel_size + 1}")
        self.bands = Bands(dims, count=bands, overlap=overlap)
        self.residuals = nn.ModuleList(_Residual(width, kernel_size) for _ in range(bands))
        _initialize(self)

    def forward(self, synthetic: Banded, noise: Banded) -> Banded:
        """The filtered features, normalized as the synthetic ones are, and unbounded."""
        parts = _pictures(synthetic, self.bands), _pictures(noise, self.bands)
        residuals = [residual(*pair) for residual, *pair in zip(self.residuals, *parts, strict=True)]
        return synthetic + rearrange(torch.cat(residuals, dim=2), "batch 1 rows frames -> batch rows frames")


class Discriminator(nn.Module):
    """Judges features, or crops of them, as natural: for each band one score, unbounded, the mean of those of all its places.

    Bands share nothing, and one score each makes them count alike, however wide they are: the mean of a loss over the scores is that of
    one GAN a band. Per band three 5x5 convolutions that halve rows and frames, of `width`, twice and four times as many channels, with
    LeakyReLU of slope 0.2, and a 3x3 one that halves once more, to scores: the layers of a public implementation of the paper, with zeros
    around so that any size fits (40 x 40 have 3 x 3 places).

    Batch norm follows the second and third convolution. In that implementation it follows the first too, which hides a gain of all
    features, as real and fake have batches of their own: the very variance that synthetic speech lacks. Here the first one has a bias
    instead. Starts as the generator does. Raises `ValueError` for bands that cannot be.
    """

    def __init__(self, *, dims: int = 40, bands: int = 1, overlap: int = 0, width: int = 64) -> None:
        super().__init__()
        self.bands = Bands(dims, count=bands, overlap=overlap)
        self.judges = nn.ModuleList(_judge(width) for _ in range(bands))
        _initialize(self)

    def forward(self, features: Banded) -> Score:
        pictures = _pictures(features, self.bands)
        return torch.stack([judge(picture).mean(dim=(1, 2, 3)) for judge, picture in zip(self.judges, pictures, strict=True)], dim=1)


class _Residual(nn.Module):
    """What is added to one band."""

    def __init__(self, width: int, kernel_size: int) -> None:
        super().__init__()
        widths = (1, width, 2 * width, width)
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Conv2d(1 + before, after, kernel_size, padding="same", bias=False), BatchNorm(after), nn.ReLU())
            for before, after in pairwise(widths)
        )
        self.last = nn.Conv2d(1 + width, 1, kernel_size, padding="same")

    def forward(self, synthetic: Picture, noise: Picture) -> Picture:
        texture = noise
        for layer in self.layers:
            texture = layer(torch.cat([synthetic, texture], dim=1))
        return self.last(torch.cat([synthetic, texture], dim=1))


def _judge(width: int) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(1, width, 5, stride=2, padding=2), nn.LeakyReLU(SLOPE)]
    for before, after in ((width, 2 * width), (2 * width, 4 * width)):
        layers += [nn.Conv2d(before, after, 5, stride=2, padding=2, bias=False), BatchNorm(after), nn.LeakyReLU(SLOPE)]
    return nn.Sequential(*layers, nn.Conv2d(4 * width, 1, 3, stride=2, padding=1))


def _pictures(banded: Banded, bands: Bands) -> list[Picture]:
    """Each band as an image of one channel."""
    return [rearrange(band, "batch band frames -> batch 1 band frames") for band in banded.split(bands.widths, dim=1)]


def _initialize(network: nn.Module) -> None:
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.normal_(module.weight, std=0.02)
        elif isinstance(module, BatchNorm):
            nn.init.normal_(module.weight, mean=1.0, std=0.02)
