"""Points in the plane as a game: a generator of points, and a discriminator that judges one at a time."""

from __future__ import annotations

from typing import Any, ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from sparring import Contest, Task, tensor
from sparring_mixtures.mixture import Points

Latent = Float[Tensor, "batch latent_size"]
Score = Float[Tensor, " batch"]


class PlanePoints(Task):
    """A generator takes a standard normal latent to a point of the plane (Goodfellow et al. 2014, on points).

    Any `generator(latent)` with `latent_shape` and any `discriminator(points)` can play.
    """

    contests: ClassVar[tuple[Contest, ...]] = (Contest(real="real_score", fake="fake_score", judged=("real", "fake")),)
    applications: ClassVar[tuple[str, ...]] = ("draw-points",)

    @tensor
    def latent(self, generator: nn.Module, real: Points, noise: Any) -> Latent:
        """Standard normal draws, one row for each real point."""
        return noise.normal(*generator.latent_shape)  # type: ignore[misc]

    @tensor
    def fake(self, generator: nn.Module, latent: Latent) -> Points:
        return generator(latent)

    @tensor
    def real_score(self, discriminator: nn.Module, real: Points) -> Score:
        return discriminator(real)

    @tensor
    def fake_score(self, discriminator: nn.Module, fake: Points) -> Score:
        return discriminator(fake)
