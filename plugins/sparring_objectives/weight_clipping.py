"""Weight clipping: the first way to keep a critic Lipschitz."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from sparring import Regularizer


class WeightClipping(Regularizer):
    """After every step, all parameters of the learned networks are put back into [-bound, bound] (Arjovsky et al. 2017, algorithm 1)."""

    def __init__(self, *, bound: float = 0.01) -> None:
        super().__init__()
        if bound <= 0:
            raise ValueError(f"bound is {bound}, which leaves no weights; the paper's is 0.01")
        self.bound = bound

    @torch.no_grad()
    def project(self, learned: Mapping[str, nn.Module]) -> None:
        for network in learned.values():
            for parameter in network.parameters():
                parameter.clamp_(-self.bound, self.bound)
