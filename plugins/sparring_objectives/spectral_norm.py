"""Spectral normalization: every layer is divided by its largest singular value."""

from __future__ import annotations

from torch import nn
from torch.nn.utils import parametrizations, parametrize

from sparring import RecipeError, Regularizer

LAYERS = (
    nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d, nn.Embedding,
)  # fmt: skip


class SpectralNorm(Regularizer):
    """Divides the weights of linear, convolutional and embedding layers by their largest singular value (Miyato et al. 2018, algorithm 1).

    For `networks.NAME.regularizers`. The singular value is that of the weight as a matrix with a row for every output, followed by
    `n_power_iterations` steps of power iteration in each training pass. Gradients flow through it.
    """

    def __init__(self, *, n_power_iterations: int = 1, eps: float = 1e-12) -> None:
        super().__init__()
        if n_power_iterations < 1:
            raise ValueError(f"n_power_iterations is {n_power_iterations}, but following a singular value takes at least 1")
        self.n_power_iterations, self.eps = n_power_iterations, eps

    def reparametrize(self, network: nn.Module) -> None:
        layers = [module for module in network.modules() if isinstance(module, LAYERS)]
        if not layers:
            raise RecipeError(
                f"spectral-norm: {type(network).__name__} has no linear, convolutional or embedding layer; take it out of its regularizers"
            )
        if not all(layer.weight.any() for layer in layers):
            raise RecipeError(
                f"spectral-norm: {type(network).__name__} has layers that start at zero, which no singular value can divide; take it out "
                "of its regularizers"
            )
        for layer in layers:
            if not parametrize.is_parametrized(layer, "weight"):
                parametrizations.spectral_norm(layer, n_power_iterations=self.n_power_iterations, eps=self.eps)
