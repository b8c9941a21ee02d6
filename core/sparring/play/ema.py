"""Exponential moving averages of networks, kept beside them."""

from __future__ import annotations

import copy

import torch
from torch import nn


class Average:
    """The moving average of a network: after each step, `average = decay · average + (1 - decay) · network`; buffers are copied.

    The decay grows as (1 + step) / (10 + step) up to `decay`, so that a short run is not an average of its random start.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.network = copy.deepcopy(network).requires_grad_(False).eval()

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """`step` steps have been played before the one that made `network`."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for average, current in zip(self.network.parameters(), network.parameters(), strict=True):
            average.lerp_(current, 1 - decay)
        for average, current in zip(self.network.buffers(), network.buffers(), strict=True):
            average.copy_(current)
