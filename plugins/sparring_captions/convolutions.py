"""What the networks of GAN-INT-CLS and of StackGAN are both made of: widths, convolutions, residual blocks, and how they start."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn

from sparring_objectives.batch_norm import BatchNorm
from sparring_vision import doublings

Image = Float[Tensor, "batch channels height width"]
Latent = Float[Tensor, "batch latent"]
Text = Float[Tensor, "batch text"]
Condition = Float[Tensor, "batch condition"]

# The side of the smallest map.
SIDE = 4


def widths_of(image_size: int, width: int, *, widest: int = 8) -> list[int]:
    """Channels from the full-size end to the 4x4 map: doubling from `width`, up to `widest` times that.

    Raises `ValueError` for image sizes other than 16, 32, 64, and so on.
    """
    return [width * min(2**stage, widest) for stage in range(doublings(image_size, start=2 * SIDE) + 1)]


def convolution(channels: int, width: int, kernel_size: int, *, stride: int = 1) -> nn.Conv2d:
    """A convolution without bias that keeps the size (1x1 or 3x3, stride 1) or halves it (4x4, stride 2)."""
    return nn.Conv2d(channels, width, kernel_size, stride=stride, padding=(kernel_size - 1) // 2, bias=False)


class Residual(nn.Module):
    """`activation(x + branch(x))`, with LeakyReLU of `slope`: 0 is ReLU."""

    def __init__(self, *branch: nn.Module, slope: float = 0.0) -> None:
        super().__init__()
        self.branch, self.activation = nn.Sequential(*branch), nn.LeakyReLU(slope)

    def forward(self, image: Image) -> Image:
        return self.activation(image + self.branch(image))


def bottleneck(channels: int, *, slope: float = 0.0) -> Residual:
    """A residual block of three convolutions, 1x1, 3x3 and 3x3, the first two with a quarter of the channels, each with batch norm."""
    few = max(channels // 4, 1)
    return Residual(
        convolution(channels, few, 1), BatchNorm(few), nn.LeakyReLU(slope),
        convolution(few, few, 3), BatchNorm(few), nn.LeakyReLU(slope),
        convolution(few, channels, 3), BatchNorm(channels),
        slope=slope,
    )  # fmt: skip


def enlargement(widths: list[int], channels: int, *, doubled: Callable[[int, int], nn.Module]) -> nn.Sequential:
    """From a 4x4 map of `widths[-1]` channels to an image between -1 and 1: `doubled` makes the layers that double the size.

    A bottleneck comes at 4x4 and at 8x8, right behind the batch norm; the other sizes have batch norm and ReLU, the image a tanh.
    """
    layers: list[nn.Module] = [bottleneck(widths[-1])]
    for number, (wide, narrow) in enumerate(pairwise(widths[::-1])):
        layers += [doubled(wide, narrow), BatchNorm(narrow), nn.ReLU() if number else bottleneck(narrow)]
    return nn.Sequential(*layers, doubled(widths[0], channels), nn.Tanh())


def initialize(network: nn.Module, *, linear: bool) -> None:
    """Convolutions start as N(0, 0.02), gains of batch norms as N(1, 0.02), biases as 0.

    Linear layers start like convolutions if `linear`, else as torch makes them.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d) or (linear and isinstance(module, nn.Linear)):
            nn.init.normal_(module.weight, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, BatchNorm):
            nn.init.normal_(module.weight, mean=1.0, std=0.02)
