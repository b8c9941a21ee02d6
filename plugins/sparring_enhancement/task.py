"""Speech enhancement as a game: noisy speech in, clean speech out."""

from __future__ import annotations

from typing import Any, ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from sparring import Contest, Task, tensor

Wave = Float[Tensor, "batch 1 time"]
Latent = Float[Tensor, "batch channels frames"]


class Enhancement(Task):
    """A generator takes noisy speech to clean speech; a discriminator judges pairs of speech and noisy speech (SEGAN, Pascual et al.
    2017).

    Any `generator(noisy)` and `discriminator(signal, condition)` can play. A generator with `latent_shape(time)` also gets a latent as
    its second argument, and a discriminator with `reference(clean, noisy)` the reference of its virtual batch norm as its third.
    """

    contests: ClassVar[tuple[Contest, ...]] = (Contest(real="clean_score", fake="enhanced_score", judged=("clean", "enhanced")),)
    applications: ClassVar[tuple[str, ...]] = ("enhance",)

    @tensor
    def latent(self, generator: nn.Module, noisy: Wave, noise: Any) -> Latent | None:
        """Standard normal draws of the shape that the generator asks for; None for a generator without a latent."""
        shape = generator.latent_shape(noisy.shape[-1]) if hasattr(generator, "latent_shape") else None  # type: ignore[operator]
        return None if shape is None else noise.normal(*shape)

    @tensor
    def enhanced(self, generator: nn.Module, noisy: Wave, latent: Latent | None) -> Wave:
        return generator(noisy) if latent is None else generator(noisy, latent)

    @tensor
    def reference(self, discriminator: nn.Module, clean: Wave, noisy: Wave) -> Any:
        """What the real pairs of the step tell the discriminator's virtual batch norm; None for a discriminator without one."""
        return discriminator.reference(clean, noisy) if hasattr(discriminator, "reference") else None  # type: ignore[operator]

    @tensor
    def clean_score(self, discriminator: nn.Module, clean: Wave, noisy: Wave, reference: Any) -> Any:
        return _score(discriminator, clean, noisy, reference)

    @tensor
    def enhanced_score(self, discriminator: nn.Module, enhanced: Wave, noisy: Wave, reference: Any) -> Any:
        return _score(discriminator, enhanced, noisy, reference)


def _score(discriminator: nn.Module, signal: Tensor, condition: Tensor, reference: Any) -> Any:
    return discriminator(signal, condition) if reference is None else discriminator(signal, condition, reference)
