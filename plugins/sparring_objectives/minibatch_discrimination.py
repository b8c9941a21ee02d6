"""Minibatch discrimination: each sample's likeness to the others of its batch (Salimans et al. 2016, §3.2)."""

from __future__ import annotations

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from sparring import global_rows


class MinibatchDiscrimination(nn.Module):
    """Appends to each sample's features how close it is to the others, by `kernels` learned measures.

    A measure projects the features to `dimensions` numbers, M = f(x) T, and sums exp(-|M_i - M_j|₁) over all other samples j of the global
    batch, so that two processes equal one. As in the released code, a sample is not compared with itself, and the columns of T are
    directions that start as N(0, 0.05), normalized, each with a learned log scale. Distances are taken in float32; they take
    batch² x kernels x dimensions numbers.

    `average` divides the sums by the number of the others, as the authors' ImageNet code does: from 0 to 1 in a batch of any size, where
    sums over a large batch of samples that are close together drown the features.
    """

    def __init__(self, features: int, *, kernels: int = 100, dimensions: int = 5, average: bool = False) -> None:
        super().__init__()
        self.average = average
        self.directions = nn.Parameter(torch.empty(features, kernels, dimensions))
        self.log_scale = nn.Parameter(torch.zeros(kernels, dimensions))
        nn.init.normal_(self.directions, std=0.05)

    def forward(self, features: Float[Tensor, "batch features"]) -> Float[Tensor, "batch more"]:
        """The features, and after them the likeness by each kernel."""
        with torch.autocast(features.device.type, enabled=False):
            return torch.cat([features.float(), self.likeness(features.float())], dim=1)

    def likeness(self, features: Float[Tensor, "batch features"]) -> Float[Tensor, "batch kernels"]:
        """How close each sample is to the others: from 0, unlike all of them, to their number (1 for averages)."""
        weight = torch.nn.functional.normalize(self.directions, dim=0) * self.log_scale.exp()
        own = torch.einsum("nf, fkd -> nkd", features, weight)
        others = global_rows(own)
        distance = (rearrange(own, "n k d -> n 1 k d") - rearrange(others, "m k d -> 1 m k d")).abs().sum(dim=3)
        # The distance to itself is 0, whatever the weights: e⁰ = 1 is what a sample adds to its own sum.
        likeness = (-distance).exp().sum(dim=1) - 1
        return likeness / max(len(others) - 1, 1) if self.average else likeness
