"""Batch normalization whose gain and bias depend on the class."""

from __future__ import annotations

from jaxtyping import Int
from torch import Tensor, nn

from sparring_objectives.batch_norm import BatchNorm


class ConditionalBatchNorm(nn.Module):
    """Normalizes the channels of `(batch, channels, ...)`, then scales and shifts each example by what its label has learned.

    Gains start as 1 and biases as 0 for each of `classes` (Dumoulin et al. 2017, eq. 4; epsilon as in Miyato and Koyama 2018). Labels are
    whole numbers from 0 to `classes` - 1. Statistics are those of the global batch, as in `BatchNorm`.
    """

    def __init__(self, channels: int, *, classes: int, epsilon: float = 2e-5) -> None:
        super().__init__()
        self.norm = BatchNorm(channels, eps=epsilon, affine=False)
        self.gain = nn.Embedding(classes, channels)
        self.bias = nn.Embedding(classes, channels)
        nn.init.ones_(self.gain.weight)
        nn.init.zeros_(self.bias.weight)

    def forward(self, batch: Tensor, label: Int[Tensor, " batch"]) -> Tensor:
        per_channel = (*batch.shape[:2], *[1] * (batch.ndim - 2))
        return self.gain(label).view(per_channel) * self.norm(batch) + self.bias(label).view(per_channel)
