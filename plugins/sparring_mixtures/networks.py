"""Multilayer perceptrons for points in the plane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from einops import rearrange
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from sparring_mixtures.mixture import Points
from sparring_objectives.minibatch_deviation import MinibatchDeviation
from sparring_objectives.minibatch_discrimination import MinibatchDiscrimination

Activation = Literal["relu", "leaky-relu", "tanh"]
Count = Annotated[int, Field(ge=1)]

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {"relu": nn.ReLU, "leaky-relu": lambda: nn.LeakyReLU(0.2), "tanh": nn.Tanh}


class PointsGenerator(nn.Module):
    """A point for each latent. Defaults: the toy network of WGAN-GP (Gulrajani et al. 2017), three layers of 512 and a latent of two.

    `latent_shape` is (latent_size,): what `forward` takes, without the batch axis.
    """

    def __init__(self, *, latent_size: Count = 2, width: Count = 512, depth: Count = 3, activation: Activation = "relu") -> None:
        super().__init__()
        self.latent_shape = (latent_size,)
        self.hidden = nn.Sequential(*_layers(latent_size, width, depth, activation))
        self.point = nn.Linear(width, 2)

    def forward(self, latent: Float[Tensor, "batch latent_size"]) -> Points:
        return self.point(self.hidden(latent))


class PointsDiscriminator(nn.Module):
    """A score for each point. Defaults: the toy network of WGAN-GP (Gulrajani et al. 2017), three layers of 512.

    Two layers can let it see that the points of a batch are too alike: `minibatch_kernels` is the number of kernels of a minibatch
    discrimination (Salimans et al. 2016, section 3.2; 0 for none), `batch_deviation` adds how far the batch is spread (Karras et al. 2018,
    section 3), both on the last hidden layer.
    """

    def __init__(
        self,
        *,
        width: Count = 512,
        depth: Count = 3,
        activation: Activation = "relu",
        minibatch_kernels: Annotated[int, Field(ge=0)] = 0,
        batch_deviation: bool = False,
    ) -> None:
        super().__init__()
        self.hidden = nn.Sequential(*_layers(2, width, depth, activation))
        self.minibatch = MinibatchDiscrimination(width, kernels=minibatch_kernels, average=True) if minibatch_kernels else nn.Identity()
        self.deviation = MinibatchDeviation() if batch_deviation else nn.Identity()
        self.score = nn.Linear(width + minibatch_kernels + batch_deviation, 1)

    def forward(self, points: Points) -> Float[Tensor, " batch"]:
        return rearrange(self.score(self.deviation(self.minibatch(self.hidden(points)))), "batch 1 -> batch")

    def features(self, points: Points) -> list[Float[Tensor, "batch width"]]:
        """The activations of every hidden layer, from the first to the last."""
        activations: list[Tensor] = []
        signal: Tensor = points
        for layer in self.hidden:
            signal = layer(signal)
            if not isinstance(layer, nn.Linear):
                activations.append(signal)
        return activations


def _layers(inputs: int, width: int, depth: int, activation: str) -> list[nn.Module]:
    sizes = (inputs, *[width] * depth)
    return [layer for size in sizes[:-1] for layer in (nn.Linear(size, width), ACTIVATIONS[activation]())]
