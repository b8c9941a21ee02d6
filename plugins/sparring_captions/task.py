"""Images out of sentences, as games: a generator draws what a text says, a discriminator judges whether image and text belong together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from sparring import Contest, Task, tensor
from sparring_vision import truncate

Image = Float[Tensor, "batch channels height width"]
Sketch = Float[Tensor, "batch channels first_height first_width"]
Text = Float[Tensor, "batch text"]
Condition = Float[Tensor, "batch condition"]
Latent = Float[Tensor, "batch latent"]
Score = Float[Tensor, " batch"]

APPLICATIONS = ("draw", "interpolate-sentences", "disentangle")

# Draws of a condition stay within so many deviations, as in the authors' code of StackGAN.
WITHIN = 2.0


class MatchingAware(Task):
    """What all tasks of this plugin share: how one image is judged beside its text, and beside one that does not describe it.

    `mismatched` gives the discriminator real images with texts of others, which it must refuse: without it, nothing tells it to look at
    the text (GAN-CLS: Reed et al. 2016, algorithm 1; StackGAN, eq. 3). The wrong text is swapped in, not the wrong image, so that every
    image is looked at once.
    """

    applications: ClassVar[tuple[str, ...]] = APPLICATIONS

    def __init__(self, *, mismatched: bool = True) -> None:
        decoys = ("mismatched_score",) if mismatched else ()
        self.contests = (Contest(real="real_score", fake="fake_score", judged=("real", "fake"), decoys=decoys),)  # type: ignore[misc]

    @tensor
    def real_seen(self, discriminator: nn.Module, real: Image) -> Any:
        return discriminator.see(real)  # type: ignore[operator]

    @tensor
    def fake_seen(self, discriminator: nn.Module, fake: Image) -> Any:
        return discriminator.see(fake)  # type: ignore[operator]

    @tensor
    def real_score(self, discriminator: nn.Module, real_seen: Any, text: Text) -> Score:
        return discriminator.match(real_seen, text)  # type: ignore[operator]

    @tensor
    def fake_score(self, discriminator: nn.Module, fake_seen: Any, text: Text) -> Score:
        return discriminator.match(fake_seen, text)  # type: ignore[operator]

    @tensor
    def mismatched_score(self, discriminator: nn.Module, real_seen: Any, mismatched_text: Text) -> Score:
        return discriminator.match(real_seen, mismatched_text)  # type: ignore[operator]


class TextConditionalGeneration(MatchingAware):
    """Images of what a text says: GAN-CLS (`mismatched`), GAN-INT (`interpolated`), both, or neither (Reed et al. 2016).

    `interpolated` also judges the generator by images of texts that nobody wrote, halfway (`interpolation`) between the text of the
    sample and its mismatched one, each with a latent of its own: a whole batch of them, where the authors append half a batch of the
    same weight.
    """

    def __init__(self, *, mismatched: bool = True, interpolated: bool = False, interpolation: float = 0.5) -> None:
        super().__init__(mismatched=mismatched)
        if not 0 <= interpolation <= 1:
            raise ValueError(f"interpolation is the share of a sample's own text, from 0 to 1 (0.5 is the paper's), not {interpolation:g}")
        self.interpolation = interpolation
        if interpolated:
            (contest,) = self.contests
            self.contests = (replace(contest, extras=("interpolated_score",), also_judged=("interpolated",)),)  # type: ignore[misc]

    @tensor
    def latent(self, generator: nn.Module, noise: Any) -> Latent:
        return noise.normal(*generator.latent_shape)  # type: ignore[misc]

    @tensor
    def fake(self, generator: nn.Module, latent: Latent, text: Text) -> Image:
        return generator(latent, text)

    @tensor
    def interpolated_text(self, text: Text, mismatched_text: Text) -> Text:
        return self.interpolation * text + (1 - self.interpolation) * mismatched_text

    @tensor
    def interpolated(self, generator: nn.Module, interpolated_text: Text, noise: Any) -> Image:
        return generator(noise.normal(*generator.latent_shape), interpolated_text)  # type: ignore[misc]

    @tensor
    def interpolated_score(self, discriminator: nn.Module, interpolated: Image, interpolated_text: Text) -> Score:
        return discriminator(interpolated, interpolated_text)


class Augmented:
    """Conditioning augmentation, which both stages of StackGAN have (Zhang et al. 2017, section 3.1).

    `conditioning(text)` gives mean and log deviation of a condition, for `gaussian-kl`, and the condition is drawn of them.
    """

    @tensor
    def conditioned(self, conditioning: nn.Module, text: Text) -> tuple[Condition, Condition]:
        return conditioning(text)

    @tensor
    def condition_mean(self, conditioned: tuple[Condition, Condition]) -> Condition:
        return conditioned[0]

    @tensor
    def condition_log_deviation(self, conditioned: tuple[Condition, Condition]) -> Condition:
        return conditioned[1]

    @tensor
    def condition(self, conditioned: tuple[Condition, Condition], noise: Any) -> Condition:
        return drawn(conditioned, noise)


class FirstStage(Augmented, MatchingAware):
    """StackGAN's first stage: a small image of a condition that is drawn around what the text says (Zhang et al. 2017, section 3.2).

    `generator(latent, condition)` draws.
    """

    @tensor
    def latent(self, generator: nn.Module, noise: Any) -> Latent:
        return noise.normal(*generator.latent_shape)  # type: ignore[misc]

    @tensor
    def fake(self, generator: nn.Module, latent: Latent, condition: Condition) -> Image:
        return generator(latent, condition)


class SecondStage(Augmented, MatchingAware):
    """StackGAN's second stage: an image four times larger of the same text, on top of the first stage's (Zhang et al. 2017, section 3.3).

    `first_conditioning` and `first_generator` are the networks of a first stage's run, frozen; `conditioning` is a new one, and
    `generator(image, condition)` paints over. `reduced` is the result at the size of the `sketch`, for terms that hold it to that.
    """

    @tensor
    def first_conditioned(self, first_conditioning: nn.Module, text: Text) -> tuple[Condition, Condition]:
        return first_conditioning(text)

    @tensor
    def first_condition(self, first_conditioned: tuple[Condition, Condition], noise: Any) -> Condition:
        return drawn(first_conditioned, noise)

    @tensor
    def latent(self, first_generator: nn.Module, noise: Any) -> Latent:
        return noise.normal(*first_generator.latent_shape)  # type: ignore[misc]

    @tensor
    def sketch(self, first_generator: nn.Module, latent: Latent, first_condition: Condition) -> Sketch:
        return first_generator(latent, first_condition)

    @tensor
    def fake(self, generator: nn.Module, sketch: Sketch, condition: Condition) -> Image:
        return generator(sketch, condition)

    @tensor
    def reduced(self, fake: Image, sketch: Sketch) -> Sketch:
        return adaptive_avg_pool2d(fake, sketch.shape[-1])


def drawn(conditioned: tuple[Condition, Condition], noise: Any) -> Condition:
    """mean + deviation · ε, with ε from N(0, 1) within two deviations."""
    mean, log_deviation = conditioned
    return mean + log_deviation.exp() * truncate(noise.normal(mean.shape[1]), WITHIN)
