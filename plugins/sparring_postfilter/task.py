"""Post-filtering as a game: features of synthetic speech in, features like those of natural speech out."""

from __future__ import annotations

from typing import Any, ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from sparring import Contest, Task, tensor

Banded = Float[Tensor, "batch rows frames"]


class PostFiltering(Task):
    """A generator takes synthetic features to natural-like ones, and a discriminator judges crops of natural and filtered ones, each by
    itself (Kaneko, Kameoka, Hojo, Ijima, Hiramatsu, Kashino 2017).

    Features are normalized by the natural ones of training, and cut into bands. A term for the generator: l2 of [filtered, natural].
    """

    contests: ClassVar[tuple[Contest, ...]] = (Contest(real="natural_score", fake="filtered_score", judged=("natural", "filtered")),)
    applications: ClassVar[tuple[str, ...]] = ("filter",)

    @tensor
    def texture(self, noise: Any, synthetic: Banded) -> Banded:
        """Standard normal draws, one for each feature of each frame."""
        return noise.normal(*synthetic.shape[1:])

    @tensor
    def filtered(self, generator: nn.Module, synthetic: Banded, texture: Banded) -> Banded:
        return generator(synthetic, texture)

    @tensor
    def natural_score(self, discriminator: nn.Module, natural: Banded) -> Any:
        return discriminator(natural)

    @tensor
    def filtered_score(self, discriminator: nn.Module, filtered: Banded) -> Any:
        return discriminator(filtered)
