"""How image and text are judged together: the image is looked at once, and may then be matched with any number of texts."""

from __future__ import annotations

from itertools import pairwise

import torch
from einops import rearrange, repeat
from jaxtyping import Float
from torch import Tensor, nn

from sparring_captions.convolutions import SIDE, Image, Text, bottleneck, convolution
from sparring_objectives.batch_norm import BatchNorm

SLOPE = 0.2

Seen = Float[Tensor, "batch maps 4 4"]
Score = Float[Tensor, " batch"]


class TextDiscriminator(nn.Module):
    """The score of each image as one that is real and shows what its text says, unbounded (Reed et al. 2016, §4.1).

    `trunk` takes images to 4x4 maps of `channels`. The text goes through `projection` to `projected` numbers, which stand beside the map
    at each position; a 1x1 convolution mixes both, with batch norm and LeakyReLU, and one of 4x4 gives the score.
    """

    def __init__(self, *, trunk: nn.Module, channels: int, projection: nn.Module, projected: int) -> None:
        super().__init__()
        self.trunk, self.projection = trunk, projection
        self.joint = nn.Sequential(convolution(channels + projected, channels, 1), BatchNorm(channels), nn.LeakyReLU(SLOPE))
        self.last = nn.Conv2d(channels, 1, SIDE, bias=False)

    def see(self, image: Image) -> Seen:
        """What is seen in each image, whatever its text."""
        return self.trunk(image)

    def match(self, seen: Seen, text: Text) -> Score:
        """How well what was seen in each image goes with each text: `see` and `match` together are `forward`."""
        said = repeat(self.projection(text), "batch units -> batch units height width", height=SIDE, width=SIDE)
        return rearrange(self.last(self.joint(torch.cat([seen, said], dim=1))), "batch 1 1 1 -> batch")

    def forward(self, image: Image, text: Text) -> Score:
        return self.match(self.see(image), text)


def trunk_of(channels: int, widths: list[int], *, narrowed: tuple[int, ...] = (), linear: int) -> nn.Sequential:
    """One 4x4 convolution that halves the image for each of `widths`, a 1x1 one for each of `narrowed`, then a bottleneck.

    All but the first have batch norm, and all but the last few, `linear` of them, LeakyReLU of slope 0.2. The first always has it.
    """
    layers = [convolution(before, after, 4, stride=2) for before, after in pairwise([channels, *widths])]
    layers += [convolution(before, after, 1) for before, after in pairwise([widths[-1], *narrowed])]
    modules: list[nn.Module] = []
    for number, layer in enumerate(layers):
        modules += [layer, BatchNorm(layer.out_channels)] if number else [layer]
        if number == 0 or number < len(layers) - linear:
            modules.append(nn.LeakyReLU(SLOPE))
    return nn.Sequential(*modules, bottleneck(layers[-1].out_channels, slope=SLOPE))
