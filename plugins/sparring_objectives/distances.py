"""Losses over named tensors: distances from a target, and from what is plain."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from sparring import Loss

Scalar = Float[Tensor, ""]
Logits = Float[Tensor, "batch classes *positions"]
Labels = Int[Tensor, "batch *positions"]


class L1(Loss):
    """Mean absolute difference of two tensors of one shape."""

    def forward(self, output: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"]) -> Scalar:
        return (output - target).abs().mean()


class L2(Loss):
    """Mean squared difference of two tensors of one shape."""

    def forward(self, output: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"]) -> Scalar:
        return (output - target).square().mean()


class CrossEntropy(Loss):
    """Mean of -log p(label), in nats, from the logits of each class: for a head that names what it sees (AC-GAN: Odena et al. 2017)."""

    def forward(self, logits: Logits, labels: Labels) -> Scalar:
        return cross_entropy(logits, labels)


class GaussianKL(Loss):
    """KL divergence of N(mean, exp(log_deviation)²) from N(0, 1), in nats, a mean over batch *and* dimensions.

    As in StackGAN's conditioning augmentation (Zhang et al. 2017, eq. 2, and its code). For the sum over dimensions that a variational
    autoencoder has, give a weight of their number.
    """

    def forward(self, mean: Float[Tensor, "*shape"], log_deviation: Float[Tensor, "*shape"]) -> Scalar:
        return ((mean.square() + torch.exp(2 * log_deviation) - 1) / 2 - log_deviation).mean()


class TotalVariation(Loss):
    """Mean absolute difference of neighbours, added up over the axes after the channels: what a smooth image has little of.

    The anisotropic form of Rudin, Osher and Fatemi 1992. Any number of axes, each at least two long.
    """

    def forward(self, output: Float[Tensor, "batch channels *positions"]) -> Scalar:
        return torch.stack([output.diff(dim=axis).abs().mean() for axis in range(2, output.ndim)]).sum()
