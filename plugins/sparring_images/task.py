"""Image generation as a game: a generator draws images from latents, a discriminator judges single images."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from torch import Tensor, nn

from sparring import Contest, GameError, Task, tensor
from sparring_images.shapes import Image, Labels
from sparring_images.verdict import Verdict

LatentName = Literal["normal", "uniform"]
APPLICATIONS = ("generate", "interpolate", "arithmetic", "represent")
CONTEST = Contest(real="real_score", fake="fake_score", judged=("real", "fake"))


class ImageGeneration(Task):
    """Images out of nothing but a latent (Goodfellow et al. 2014): standard normal, or uniform between -1 and 1.

    Any `generator(latent)` with a `latent_shape` and any `discriminator(image)` can play.
    """

    contests: ClassVar[tuple[Contest, ...]] = (CONTEST,)
    applications: ClassVar[tuple[str, ...]] = APPLICATIONS

    def __init__(self, *, latent: LatentName = "normal") -> None:
        self._latent: LatentName = latent

    @tensor
    def latent(self, generator: nn.Module, noise: Any) -> Tensor:
        return drawn(self._latent, generator, noise)

    @tensor
    def fake(self, generator: nn.Module, latent: Tensor) -> Image:
        return unconditional(generator, "generator")(latent)

    @tensor
    def real_score(self, discriminator: nn.Module, real: Image) -> Any:
        return unconditional(discriminator, "discriminator")(real)

    @tensor
    def fake_score(self, discriminator: nn.Module, fake: Image) -> Any:
        return unconditional(discriminator, "discriminator")(fake)


class ClassConditionalGeneration(Task):
    """Images of a class that is asked for (Mirza and Osindero 2014): the labels of the real batch condition both networks.

    `generator(latent, label)` draws; the discriminator judges `(image, label)`, or the image alone where it says `conditional = False`.
    One with a class head gives a `Verdict`: its `logits` are tensors of the task, for `cross-entropy` (AC-GAN). `classes` is the
    number of classes, labels going from 0 to `classes` - 1.
    """

    contests: ClassVar[tuple[Contest, ...]] = (CONTEST,)
    applications: ClassVar[tuple[str, ...]] = APPLICATIONS

    def __init__(self, *, latent: LatentName = "normal", classes: int = 10) -> None:
        if classes < 1:
            raise ValueError("the data have no classes: put the images into a folder for each class, or play the task 'image-generation'")
        self._latent: LatentName = latent
        self.classes = classes

    @tensor
    def latent(self, generator: nn.Module, noise: Any) -> Tensor:
        return drawn(self._latent, generator, noise)

    @tensor
    def fake(self, generator: nn.Module, latent: Tensor, label: Labels) -> Image:
        if not getattr(generator, "conditional", True):
            raise GameError(
                "the generator takes no labels: set its 'conditional: true', take a conditional one such as 'cdcgan-generator', "
                "or play the task 'image-generation'"
            )
        return generator(latent, label)

    @tensor
    def real_verdict(self, discriminator: nn.Module, real: Image, label: Labels) -> Any:
        return judged(discriminator, real, label)

    @tensor
    def fake_verdict(self, discriminator: nn.Module, fake: Image, label: Labels) -> Any:
        return judged(discriminator, fake, label)

    @tensor
    def real_score(self, real_verdict: Any) -> Any:
        return real_verdict.score if isinstance(real_verdict, Verdict) else real_verdict

    @tensor
    def fake_score(self, fake_verdict: Any) -> Any:
        return fake_verdict.score if isinstance(fake_verdict, Verdict) else fake_verdict

    @tensor
    def real_logits(self, real_verdict: Any) -> Tensor:
        return logits_of(real_verdict)

    @tensor
    def fake_logits(self, fake_verdict: Any) -> Tensor:
        return logits_of(fake_verdict)


def drawn(latent: LatentName, generator: nn.Module, noise: Any) -> Tensor:
    """Draws of shape (batch, *generator.latent_shape)."""
    shape: Any = generator.latent_shape
    return noise.normal(*shape) if latent == "normal" else 2 * noise.uniform(*shape) - 1


def unconditional(network: nn.Module, name: str) -> nn.Module:
    if getattr(network, "conditional", False):
        raise GameError(f"the {name} takes labels: set its 'conditional: false', or play the task 'class-conditional-image-generation'")
    return network


def judged(discriminator: nn.Module, image: Tensor, label: Tensor) -> Any:
    return discriminator(image, label) if getattr(discriminator, "conditional", True) else discriminator(image)


def logits_of(verdict: Any) -> Tensor:
    if not isinstance(verdict, Verdict):
        raise GameError("the discriminator has no class head: take 'acgan-discriminator', or leave out the term that asks for logits")
    return verdict.logits
