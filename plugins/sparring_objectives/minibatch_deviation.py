"""Minibatch standard deviation: how much the samples of a small group differ, as one more channel (Karras et al. 2018, §3)."""

from __future__ import annotations

import torch
from einops import reduce
from torch import Tensor, nn


class MinibatchDeviation(nn.Module):
    """Appends to `(batch, channels, ...)` one constant channel: the deviation over the group, averaged over channels and positions.

    A group is `group` consecutive rows, the last one what is left over. Two processes equal one, therefore, if each has a multiple of
    `group`.
    """

    def __init__(self, *, group: int = 4, epsilon: float = 1e-8) -> None:
        super().__init__()
        if group < 2:
            raise ValueError(f"samples of a group are compared with each other: take a group of 2 or more, not {group}")
        self.group, self.epsilon = group, epsilon

    def forward(self, batch: Tensor) -> Tensor:
        maps = [self._deviation(group).expand(len(group), 1, *group.shape[2:]) for group in batch.split(self.group)]
        return torch.cat([batch, torch.cat(maps).to(batch.dtype)], dim=1)

    def _deviation(self, group: Tensor) -> Tensor:
        variance = group.float().var(dim=0, correction=0, keepdim=True)
        deviation = (variance + self.epsilon).sqrt()
        return reduce(deviation, "1 channels ... -> 1", "mean").view(1, 1, *[1] * (group.ndim - 2))
