"""The residual block that WGAN-GP and SNGAN share: activations before convolutions, with room for a norm and a change of size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from torch import Tensor, nn
from torch.nn import functional

from sparring_objectives.conditional_batch_norm import ConditionalBatchNorm

BRANCH_GAIN = 2**0.5


def identity(channels: int) -> nn.Module:
    return nn.Identity()


def unchanged(layer: nn.Module) -> nn.Module:
    return layer


def initialized(layer: nn.Module, *, gain: float = 1.0) -> nn.Module:
    """The layer with Glorot's uniform weights, times `gain`, and biases of 0."""
    nn.init.xavier_uniform_(layer.weight, gain)  # type: ignore[arg-type]
    if getattr(layer, "bias", None) is not None:
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    return layer


class ResidualBlock(nn.Module):
    """`x + conv(relu(norm(conv(relu(norm(x))))))` with 3x3 convolutions; a 1x1 convolution on the shortcut where the shape changes.

    `up` doubles the size before the first convolution (nearest), `down` halves it after the second one (mean). `raw` is for an image as
    input: nothing comes before the first convolution. `norm` makes a norm for a number of channels, `wrapped` reparametrizes each layer.
    Shortcut and pooling commute, so that the 1x1 convolution always runs on the smaller map.
    """

    def __init__(
        self,
        channels: int,
        width: int,
        *,
        resample: Literal["up", "down", "none"] = "none",
        raw: bool = False,
        norm: Callable[[int], nn.Module] = identity,
        wrapped: Callable[[nn.Module], nn.Module] = unchanged,
    ) -> None:
        super().__init__()
        self.resample, self.raw = resample, raw
        hidden = width if raw or resample == "up" else channels
        self.first_norm = nn.Identity() if raw else norm(channels)
        self.first = wrapped(initialized(nn.Conv2d(channels, hidden, 3, padding=1), gain=BRANCH_GAIN))
        self.second_norm = norm(hidden)
        self.second = wrapped(initialized(nn.Conv2d(hidden, width, 3, padding=1), gain=BRANCH_GAIN))
        changes = channels != width or resample != "none"
        self.shortcut = wrapped(initialized(nn.Conv2d(channels, width, 1))) if changes else nn.Identity()

    def forward(self, image: Tensor, label: Tensor | None = None) -> Tensor:
        hidden = image if self.raw else normed(self.first_norm, image, label).relu()
        if self.resample == "up":
            hidden = functional.interpolate(hidden, scale_factor=2)
        hidden = normed(self.second_norm, self.first(hidden), label).relu()
        hidden = self.second(hidden)
        if self.resample == "up":
            return functional.interpolate(self.shortcut(image), scale_factor=2) + hidden
        if self.resample == "down":
            return self.shortcut(functional.avg_pool2d(image, 2)) + functional.avg_pool2d(hidden, 2)
        return self.shortcut(image) + hidden


def normed(norm: nn.Module, hidden: Tensor, label: Tensor | None) -> Tensor:
    return norm(hidden, label) if isinstance(norm, ConditionalBatchNorm) else norm(hidden)
