"""The task plays with SEGAN's networks, and with anybody's."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sparring_enhancement.segan import Discriminator, Generator
from sparring_enhancement.task import Enhancement


class Gain(nn.Module):
    """A third party's generator: no latent."""

    def forward(self, noisy: Tensor) -> Tensor:
        return noisy / 2


class Difference(nn.Module):
    """A third party's discriminator: no reference."""

    def forward(self, signal: Tensor, condition: Tensor) -> Tensor:
        return (signal - condition).mean(dim=(1, 2))


class Ones:
    """Draws that are all one, for a batch of three."""

    def normal(self, *shape: int) -> Tensor:
        return torch.ones(3, *shape)


def test_a_generator_with_a_latent_gets_one_of_the_shape_that_it_asks_for() -> None:
    generator = Generator(widths=(2, 3), latent_channels=5)

    latent = Enhancement().latent(generator, torch.zeros(3, 1, 64), Ones())

    assert latent is not None
    assert latent.shape == (3, 5, 16)
    assert Enhancement().enhanced(generator, torch.zeros(3, 1, 64), latent).shape == (3, 1, 64)


def test_a_generator_without_a_latent_hears_only_the_noisy_speech() -> None:
    noisy = torch.randn(3, 1, 64)

    latent = Enhancement().latent(Gain(), noisy, Ones())

    assert latent is None
    assert torch.equal(Enhancement().enhanced(Gain(), noisy, latent), noisy / 2)


def test_a_segan_generator_that_does_without_a_latent_gets_none() -> None:
    assert Enhancement().latent(Generator(widths=(2, 3), latent_channels=0), torch.zeros(3, 1, 64), Ones()) is None


def test_the_reference_makes_the_score_of_the_real_pair_the_one_that_made_it() -> None:
    discriminator = Discriminator(widths=(2, 3), chunk_samples=64)
    clean, noisy, task = torch.randn(3, 1, 64), torch.randn(3, 1, 64), Enhancement()

    reference = task.reference(discriminator, clean, noisy)

    assert task.clean_score(discriminator, clean, noisy, reference) is reference.score
    assert task.enhanced_score(discriminator, clean / 2, noisy, reference).shape == (3, 1)


def test_a_discriminator_without_a_reference_judges_the_pair_alone() -> None:
    clean, noisy, task = torch.randn(3, 1, 64), torch.randn(3, 1, 64), Enhancement()

    reference = task.reference(Difference(), clean, noisy)

    assert reference is None
    assert torch.equal(task.clean_score(Difference(), clean, noisy, reference), (clean - noisy).mean(dim=(1, 2)))
