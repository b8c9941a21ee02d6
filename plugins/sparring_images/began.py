"""BEGAN: a discriminator that is an autoencoder, and a generator like its decoder (Berthelot, Schumm, Metz 2017), as in the known code."""

from __future__ import annotations

from typing import ClassVar

from einops import rearrange, reduce
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from sparring_images.residual import initialized
from sparring_images.shapes import Image, Latent, Score
from sparring_vision import doublings

SMALLEST = 8


class Generator(nn.Module):
    """A latent to an image: a linear layer to an 8x8 map, then two 3x3 convolutions with ELU per size, doubled by nearest neighbours.

    No norms; the output is not squashed. The paper's latents are uniform between -1 and 1.
    """

    conditional: ClassVar[bool] = False

    def __init__(self, *, image_size: int = 64, channels: int = 3, latent_size: int = 64, filters: int = 128) -> None:
        super().__init__()
        self.latent_shape = (latent_size,)
        self.first = initialized(nn.Linear(latent_size, filters * SMALLEST**2))
        stages = doublings(image_size, start=SMALLEST) + 1
        self.stages = nn.ModuleList(nn.ModuleList(_conv(filters, filters) for _ in range(2)) for _ in range(stages))
        self.last = _conv(filters, channels)

    def forward(self, latent: Latent) -> Image:
        """Images about between -1 and 1."""
        side = {"height": SMALLEST, "width": SMALLEST}
        hidden = rearrange(self.first(latent), "batch (channels height width) -> batch channels height width", **side)
        for number, stage in enumerate(self.stages):
            if number:
                hidden = functional.interpolate(hidden, scale_factor=2)
            for layer in stage:  # type: ignore[union-attr]
                hidden = functional.elu(layer(hidden))
        return self.last(hidden)


class Discriminator(nn.Module):
    """How badly each image is reconstructed: the mean over pixels of |v - D(v)|, low for what looks real (§3.1, η = 1).

    The encoder has two 3x3 convolutions with ELU per size, whose channels grow by `filters` a size, and a strided one to the next; the code
    has `code_size` numbers. The decoder is the generator's twin, with weights of its own.
    """

    conditional: ClassVar[bool] = False

    def __init__(self, *, image_size: int = 64, channels: int = 3, code_size: int = 64, filters: int = 128) -> None:
        super().__init__()
        stages = doublings(image_size, start=SMALLEST) + 1
        self.first = _conv(channels, filters)
        self.stages, before = nn.ModuleList(), filters
        for number in range(1, stages + 1):
            after = filters * number
            layers = [_conv(before, after), _conv(after, after)]
            self.stages.append(nn.ModuleList(layers if number == stages else [*layers, _conv(after, after, stride=2)]))
            before = after
        self.last = initialized(nn.Linear(before * SMALLEST**2, code_size))
        self.decoder = Generator(image_size=image_size, channels=channels, latent_size=code_size, filters=filters)

    def features(self, image: Image) -> list[Tensor]:
        """The activations at the end of every size of the encoder, from the image on."""
        hidden, found = functional.elu(self.first(image)), []
        for stage in self.stages:
            for layer in stage:  # type: ignore[union-attr]
                hidden = functional.elu(layer(hidden))
            found.append(hidden)
        return found

    def encode(self, image: Image) -> Float[Tensor, "batch code"]:
        """The code of each image, unbounded."""
        return self.last(rearrange(self.features(image)[-1], "batch channels height width -> batch (channels height width)"))

    def reconstruct(self, image: Image) -> Image:
        """What the autoencoder makes of each image."""
        return self.decoder(self.encode(image))

    def forward(self, image: Image) -> Score:
        return reduce((image - self.reconstruct(image)).abs(), "batch channels height width -> batch", "mean")


def _conv(channels: int, width: int, *, stride: int = 1) -> nn.Module:
    return initialized(nn.Conv2d(channels, width, 3, stride=stride, padding=1))
