"""BEGAN: the discriminator is an autoencoder, and a controller keeps the two players in balance."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from sparring import AdversarialLoss, global_mean

Errors = Float[Tensor, " batch"]
Scalar = Float[Tensor, ""]


class Equilibrium(AdversarialLoss):
    """Boundary equilibrium: the autoencoder rebuilds the real well and, as far as `k` allows, the fake badly (Berthelot et al. 2017).

    Scores are each sample's reconstruction error L(v), at least zero: the *lower*, the more real. `gamma` is the share of the real's
    error that the fake's is held at: lower is sharper, higher more diverse. `k` begins at zero, moves by `rate` times the imbalance after
    every batch (with `accumulate`, every micro-batch), and stays in [0, 1] (section 3.4). Logged beside the accuracy are `k` and
    `convergence`, which falls as both errors fall and balance (section 3.4.2). Raises `ValueError` for a gamma outside of (0, 1] and a
    rate below 0.
    """

    k: Tensor

    def __init__(self, *, gamma: float = 0.5, rate: float = 0.001) -> None:
        super().__init__()
        if not 0 < gamma <= 1:
            raise ValueError(f"gamma is the ratio of errors to hold, above 0 and at most 1 (the paper: 0.3 to 0.7), but is {gamma:g}")
        if rate < 0:
            raise ValueError(f"rate is how fast k follows the imbalance, 0 or more (the paper: 0.001), but is {rate:g}")
        self.gamma, self.rate = gamma, rate
        self.register_buffer("k", torch.zeros(()))

    def discriminator(self, real: Errors, fake: Errors) -> Scalar:
        """L(x) - k L(G(z)). A call that can be learned from is a turn, after which k moves; one in evaluation mode or without gradients
        only looks, and leaves the game as it is."""
        loss = real.mean() - self.k.clone() * fake.mean()  # a copy: the backward pass needs this k, not the next
        if self.training and torch.is_grad_enabled():
            self._move(real, fake)
        return loss

    def generator(self, fake: Errors, real: Errors | None) -> Scalar:
        return fake.mean()

    @torch.no_grad()
    def measure(self, real: Errors, fake: Errors) -> Mapping[str, Tensor]:
        error, imbalance = self._balance(real, fake)
        return {**super().measure(-real, -fake), "k": self.k.clone(), "convergence": error + imbalance.abs()}

    @torch.no_grad()
    def _move(self, real: Tensor, fake: Tensor) -> None:
        _, imbalance = self._balance(real, fake)
        self.k.add_(self.rate * imbalance).clamp_(0, 1)

    def _balance(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """L(x), and γ L(x) - L(G(z)), over the global batch."""
        of_real, of_fake = global_mean(torch.stack([real.float().mean(), fake.float().mean()]))
        return of_real, self.gamma * of_real - of_fake
