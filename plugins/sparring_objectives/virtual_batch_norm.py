"""Virtual batch normalization: every batch is normalized with the statistics of a reference batch (Salimans et al. 2016)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from sparring import global_mean, world_size


@dataclass(frozen=True)
class Moments:
    """Mean and mean square of each channel, over a batch or for each example, and how many samples the reference's were taken from."""

    mean: Float[Tensor, "*examples channels"]
    mean_square: Float[Tensor, "*examples channels"]
    samples: int


class VirtualBatchNorm(nn.Module):
    """Normalizes the channels of `(batch, channels, ...)` with the moments of a reference batch.

    As in SEGAN's released code: with a reference of B samples, mean and mean square are each mixed from the batch's own with weight
    1 / (B + 1) and the reference's with B / (B + 1). The reference, mixed with its own moments, stays as it is: leave `reference` out to
    make one. Moments are taken in float32 over the global batch, so that two processes equal one. Scale starts as N(1, 0.02), shift as 0.

    With `own: example`, as in Salimans et al. 2016, §3.4, the moments that are mixed in are those of each example alone, over its
    positions, and the reference is one that every process holds whole.
    """

    def __init__(self, channels: int, *, epsilon: float = 1e-5, own: Literal["batch", "example"] = "batch") -> None:
        super().__init__()
        self.epsilon, self.own = epsilon, own
        self.scale = nn.Parameter(torch.empty(channels))
        self.shift = nn.Parameter(torch.empty(channels))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        nn.init.normal_(self.scale, mean=1.0, std=0.02)
        nn.init.zeros_(self.shift)

    def forward(self, batch: Float[Tensor, "batch channels *positions"], reference: Moments | None = None) -> tuple[Tensor, Moments]:
        """The normalized batch, and the moments that normalized it: those of the batch alone where there is no reference."""
        if self.own == "batch":
            moments = self.moments(batch) if reference is None else self.mixed(self.moments(batch), reference)
        else:
            moments = self.local_moments(batch) if reference is None else self.mixed(self.moments_by_example(batch), reference)
        variance = (moments.mean_square - moments.mean.square()).clamp(min=0)
        scale = self.scale * torch.rsqrt(variance + self.epsilon)
        shift = self.shift - moments.mean * scale
        per_channel = (*scale.shape, *[1] * (batch.ndim - 2))
        return torch.addcmul(shift.view(per_channel).to(batch.dtype), batch, scale.view(per_channel).to(batch.dtype)), moments

    @classmethod
    def moments(cls, batch: Tensor) -> Moments:
        local = cls.local_moments(batch)
        mean, mean_square = global_mean(torch.stack([local.mean, local.mean_square]))
        return Moments(mean, mean_square, len(batch) * world_size())

    @staticmethod
    def local_moments(batch: Tensor) -> Moments:
        variance, mean = torch.var_mean(batch.float(), dim=[0, *range(2, batch.ndim)], correction=0)
        return Moments(mean, variance + mean.square(), len(batch))

    @staticmethod
    def moments_by_example(batch: Tensor) -> Moments:
        each = rearrange(batch.float(), "batch channels ... -> batch channels (...)")
        return Moments(each.mean(2), each.square().mean(2), 1)

    @staticmethod
    def mixed(own: Moments, reference: Moments) -> Moments:
        weight = 1 / (reference.samples + 1)
        mean = torch.lerp(reference.mean, own.mean, weight)
        return Moments(mean, torch.lerp(reference.mean_square, own.mean_square, weight), reference.samples)
