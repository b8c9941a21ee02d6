"""Gated convolutions, the layers of CycleGAN-VC and CycleGAN-VC2: convolution, pixel shuffle, instance norm, gated linear unit.

A gated linear unit takes two convolutions of the same input, a value and a gate, each with an instance norm of its own, and gives
value * sigmoid(gate) (Dauphin et al. 2017, eq. 1). Here both are one convolution of twice the width: a norm knows nothing but its own
channel, so that the halves stay two layers, in the time of one.
"""

from __future__ import annotations

from einops.layers.torch import Rearrange
from jaxtyping import Float
from torch import Tensor, nn

EPSILON = 1e-6


def instance_norm(channels: int) -> nn.Module:
    """Each channel of each sample to mean 0 and deviation 1 over its positions, then a learned scale and shift (Ulyanov et al. 2016).

    More than one position is needed. Group norm with a channel per group is the same, and two to five times as quick on a CPU.
    """
    return nn.GroupNorm(channels, channels, eps=EPSILON)


def shuffle_1d(factor: int) -> nn.Module:
    """`(batch, channels * factor, frames)` to `(batch, channels, frames * factor)`: neighbouring channels become neighbouring frames.

    The one-dimensional case of Shi et al. 2016, section 3.2: channel `factor * c + r`, frame w becomes channel c, frame `factor * w + r`.
    """
    return Rearrange("batch (channels factor) frames -> batch channels (frames factor)", factor=factor)


def shuffle_2d(factor: int) -> nn.Module:
    """`(batch, channels * factor ** 2, height, width)` to `(batch, channels, height * factor, width * factor)` (Shi et al. 2016)."""
    return Rearrange("batch (channels down across) h w -> batch channels (h down) (w across)", down=factor, across=factor)


class GatedConvolution1d(nn.Sequential):
    """`(batch, channels, frames)` to `(batch, width, frames / stride * upscale)`, gated; the ends are padded with zeros.

    `kernel_size` is odd. `upscale` makes the frames denser by a pixel shuffle; `normalized: False` leaves the instance norms out.
    """

    def __init__(self, channels: int, width: int, *, kernel_size: int, stride: int = 1, upscale: int = 1, normalized: bool = True) -> None:
        # A norm removes a bias, unless a shuffle has spread several biases over its channel.
        bias = upscale > 1 or not normalized
        padding = kernel_size // 2
        super().__init__(
            nn.Conv1d(channels, 2 * width * upscale, kernel_size, stride=stride, padding=padding, bias=bias),
            *([shuffle_1d(upscale)] if upscale > 1 else []),
            *([instance_norm(2 * width)] if normalized else []),
            nn.GLU(dim=1),
        )


class GatedConvolution2d(nn.Sequential):
    """`(batch, channels, height, width)` to `(batch, width, height / stride * upscale, ...)`, gated; the edges are padded with zeros.

    `kernel_size` and `stride` are (height, width), as in the papers. Under an even kernel the lower and right edges get one zero more than
    the others. `upscale` makes rows and columns denser by a pixel shuffle; `normalized: False` leaves the instance norms out.
    """

    def __init__(
        self,
        channels: int,
        width: int,
        *,
        kernel_size: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        upscale: int = 1,
        normalized: bool = True,
    ) -> None:
        bias = upscale > 1 or not normalized
        padding = ((kernel_size[0] - 1) // 2, (kernel_size[1] - 1) // 2)
        below, right = 1 - kernel_size[0] % 2, 1 - kernel_size[1] % 2
        super().__init__(
            *([nn.ZeroPad2d((0, right, 0, below))] if below or right else []),
            nn.Conv2d(channels, 2 * width * upscale**2, kernel_size, stride=stride, padding=padding, bias=bias),
            *([shuffle_2d(upscale)] if upscale > 1 else []),
            *([instance_norm(2 * width)] if normalized else []),
            nn.GLU(dim=1),
        )


class GatedResidual1d(nn.Module):
    """`x + norm(conv(gated(x)))` over `(batch, channels, frames)`: gated to `width` channels and back, with kernels of 3 frames."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.gated = GatedConvolution1d(channels, width, kernel_size=3)
        self.back = nn.Conv1d(width, channels, kernel_size=3, padding=1, bias=False)
        self.norm = instance_norm(channels)

    def forward(self, hidden: Float[Tensor, "batch channels frames"]) -> Float[Tensor, "batch channels frames"]:
        return hidden + self.norm(self.back(self.gated(hidden)))
