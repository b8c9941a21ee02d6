"""AC-GAN's discriminator: one trunk that says whether an image is real, and of which class it is (Odena, Olah, Shlens 2016)."""

from __future__ import annotations

from typing import ClassVar

from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional

from sparring_images.dcgan import initialize
from sparring_images.shapes import Image
from sparring_images.verdict import Verdict
from sparring_objectives.batch_norm import BatchNorm

STRIDES = (2, 1, 2, 1, 2, 1)


class Discriminator(nn.Module):
    """A `Verdict` on each image: its score, unbounded, and the logits of `classes`.

    Six 3x3 convolutions whose channels double from `width`, every other one halving the image, batch norm from the second one on,
    LeakyReLU of slope 0.2 and dropout; one linear layer for both heads (appendix A, table 2, for CIFAR-10). It sees no labels. Any
    image size does.
    """

    conditional: ClassVar[bool] = False

    def __init__(self, *, image_size: int = 32, channels: int = 3, classes: int = 10, width: int = 16, dropout: float = 0.5) -> None:
        super().__init__()
        widths = [width * 2**stage for stage in range(len(STRIDES))]
        self.layers = nn.ModuleList(
            nn.Conv2d(narrow, wide, 3, stride=stride, padding=1, bias=stage == 0)
            for stage, (narrow, wide, stride) in enumerate(zip((channels, *widths[:-1]), widths, STRIDES, strict=True))
        )
        self.norms = nn.ModuleList([nn.Identity(), *(BatchNorm(width) for width in widths[1:])])
        self.dropout = nn.Dropout(dropout)
        side = -(-image_size // 8)
        self.last = nn.Linear(widths[-1] * side**2, 1 + classes)
        initialize(self)

    def features(self, image: Image) -> list[Tensor]:
        """The activations of every convolution, from the image on."""
        found: list[Tensor] = []
        for layer, norm in zip(self.layers, self.norms, strict=True):
            found.append(self.dropout(functional.leaky_relu(norm(layer(found[-1] if found else image)), 0.2)))
        return found

    def forward(self, image: Image) -> Verdict:
        units = rearrange(self.features(image)[-1], "batch channels height width -> batch (channels height width)")
        heads = self.last(units)
        return Verdict(score=heads[:, 0], logits=heads[:, 1:])
