"""Voice conversion as games: the same words in another voice, learned from recordings that are not of the same words."""

from __future__ import annotations

from typing import Any, ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from sparring import Contest, Task, tensor

Spectra = Float[Tensor, "batch dims frames"]
Speakers = Int[Tensor, " batch"]


class CycleConversion(Task):
    """Two generators take one speaker's spectra to another's and back, and two discriminators judge each speaker's (CycleGAN-VC, Kaneko
    and Kameoka 2018).

    Terms for the generators: l1 of [cycled_source, source] and [cycled_target, target], of [kept_source, source] and [kept_target, target].
    """

    contests: ClassVar[tuple[Contest, ...]] = (
        Contest(real="target_score", fake="converted_score", judged=("target", "converted")),
        Contest(real="source_score", fake="reverted_score", judged=("source", "reverted")),
    )
    applications: ClassVar[tuple[str, ...]] = ("convert",)

    @tensor
    def converted(self, to_target: nn.Module, source: Spectra) -> Spectra:
        return to_target(source)

    @tensor
    def reverted(self, to_source: nn.Module, target: Spectra) -> Spectra:
        return to_source(target)

    @tensor
    def cycled_source(self, to_source: nn.Module, converted: Spectra) -> Spectra:
        """There and back: it must be what it was."""
        return to_source(converted)

    @tensor
    def cycled_target(self, to_target: nn.Module, reverted: Spectra) -> Spectra:
        return to_target(reverted)

    @tensor
    def kept_source(self, to_source: nn.Module, source: Spectra) -> Spectra:
        """What is the wanted voice already must stay: the identity mapping that keeps the words."""
        return to_source(source)

    @tensor
    def kept_target(self, to_target: nn.Module, target: Spectra) -> Spectra:
        return to_target(target)

    @tensor
    def target_score(self, target_discriminator: nn.Module, target: Spectra) -> Tensor:
        return target_discriminator(target)

    @tensor
    def converted_score(self, target_discriminator: nn.Module, converted: Spectra) -> Tensor:
        return target_discriminator(converted)

    @tensor
    def source_score(self, source_discriminator: nn.Module, source: Spectra) -> Tensor:
        return source_discriminator(source)

    @tensor
    def reverted_score(self, source_discriminator: nn.Module, reverted: Spectra) -> Tensor:
        return source_discriminator(reverted)


class TwoStepCycleConversion(CycleConversion):
    """CycleGAN-VC with a second adversarial step: two more discriminators judge what went there and back, which l1 alone leaves
    over-smooth (CycleGAN-VC2, Kaneko et al. 2019, section 3.1).
    """

    contests: ClassVar[tuple[Contest, ...]] = (
        *CycleConversion.contests,
        Contest(real="source_again_score", fake="cycled_source_score", judged=("source", "cycled_source")),
        Contest(real="target_again_score", fake="cycled_target_score", judged=("target", "cycled_target")),
    )

    @tensor
    def source_again_score(self, cycled_source_discriminator: nn.Module, source: Spectra) -> Tensor:
        return cycled_source_discriminator(source)

    @tensor
    def cycled_source_score(self, cycled_source_discriminator: nn.Module, cycled_source: Spectra) -> Tensor:
        return cycled_source_discriminator(cycled_source)

    @tensor
    def target_again_score(self, cycled_target_discriminator: nn.Module, target: Spectra) -> Tensor:
        return cycled_target_discriminator(target)

    @tensor
    def cycled_target_score(self, cycled_target_discriminator: nn.Module, cycled_target: Spectra) -> Tensor:
        return cycled_target_discriminator(cycled_target)


class ManyToManyConversion(Task):
    """One generator, told whose voice is wanted; a discriminator judges spectra beside the speaker that they should be of, and a
    classifier learns who is speaking (StarGAN-VC, Kameoka et al. 2018).

    The generator's terms: cross-entropy of [converted_logits, target_speaker], l1 of [cycled, source] and of [kept, source]. The
    classifier's: cross-entropy of [source_logits, source_speaker].
    """

    contests: ClassVar[tuple[Contest, ...]] = (Contest(real="target_score", fake="converted_score", judged=("target", "converted")),)
    applications: ClassVar[tuple[str, ...]] = ("convert",)

    @tensor
    def converted(self, generator: nn.Module, source: Spectra, target_speaker: Speakers) -> Spectra:
        return generator(source, target_speaker)

    @tensor
    def cycled(self, generator: nn.Module, converted: Spectra, source_speaker: Speakers) -> Spectra:
        return generator(converted, source_speaker)

    @tensor
    def kept(self, generator: nn.Module, source: Spectra, source_speaker: Speakers) -> Spectra:
        return generator(source, source_speaker)

    @tensor
    def target_score(self, discriminator: nn.Module, target: Spectra, target_speaker: Speakers) -> Tensor:
        return discriminator(target, target_speaker)

    @tensor
    def converted_score(self, discriminator: nn.Module, converted: Spectra, target_speaker: Speakers) -> Tensor:
        return discriminator(converted, target_speaker)

    @tensor
    def source_logits(self, classifier: nn.Module, source: Spectra) -> Tensor:
        """Who is speaking, for real speech: what the classifier learns from."""
        return classifier(source)

    @tensor
    def converted_logits(self, classifier: nn.Module, converted: Spectra) -> Tensor:
        """Who seems to be speaking after conversion: what the generator learns from."""
        return classifier(converted)


class VariationalConversion(Task):
    """An encoder takes spectra to what was said, a generator makes them again in a voice that it is told, and a Wasserstein critic
    judges what was said by another (VAW-GAN, Hsu et al. 2017).

    Terms for encoder and generator: l2 of [remade_source, source] and of [remade_target, target]; for the encoder: gaussian-kl of
    [source_mean, source_log_deviation] and of [target_mean, target_log_deviation].
    """

    contests: ClassVar[tuple[Contest, ...]] = (Contest(real="target_score", fake="converted_score", judged=("target", "converted")),)
    applications: ClassVar[tuple[str, ...]] = ("convert",)

    @tensor
    def source_posterior(self, encoder: nn.Module, source: Spectra) -> Any:
        """Mean and log-variance of the latent, each (batch, latent, frames)."""
        return encoder(source)

    @tensor
    def target_posterior(self, encoder: nn.Module, target: Spectra) -> Any:
        return encoder(target)

    @tensor
    def source_mean(self, source_posterior: Any) -> Tensor:
        return source_posterior[0]

    @tensor
    def source_log_deviation(self, source_posterior: Any) -> Tensor:
        return source_posterior[1] / 2

    @tensor
    def target_mean(self, target_posterior: Any) -> Tensor:
        return target_posterior[0]

    @tensor
    def target_log_deviation(self, target_posterior: Any) -> Tensor:
        return target_posterior[1] / 2

    @tensor
    def source_latent(self, source_mean: Tensor, source_log_deviation: Tensor, noise: Any) -> Tensor:
        return _drawn(source_mean, source_log_deviation, noise)

    @tensor
    def target_latent(self, target_mean: Tensor, target_log_deviation: Tensor, noise: Any) -> Tensor:
        return _drawn(target_mean, target_log_deviation, noise)

    @tensor
    def remade_source(self, generator: nn.Module, source_latent: Tensor, source_speaker: Speakers) -> Spectra:
        return generator(source_latent, source_speaker)

    @tensor
    def remade_target(self, generator: nn.Module, target_latent: Tensor, target_speaker: Speakers) -> Spectra:
        return generator(target_latent, target_speaker)

    @tensor
    def converted(self, generator: nn.Module, source_latent: Tensor, target_speaker: Speakers) -> Spectra:
        return generator(source_latent, target_speaker)

    @tensor
    def target_score(self, critic: nn.Module, target: Spectra, target_speaker: Speakers) -> Tensor:
        return critic(target, target_speaker)

    @tensor
    def converted_score(self, critic: nn.Module, converted: Spectra, target_speaker: Speakers) -> Tensor:
        return critic(converted, target_speaker)


def _drawn(mean: Tensor, log_deviation: Tensor, noise: Any) -> Tensor:
    """A draw from a Gaussian, differentiable in its mean and variance (Kingma and Welling 2014, section 2.4)."""
    return mean + log_deviation.exp() * noise.normal(*mean.shape[1:])
