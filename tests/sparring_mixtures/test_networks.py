"""Networks for points: shapes, features, and what a discriminator sees of the batch."""

from __future__ import annotations

import torch

from sparring_mixtures.networks import PointsDiscriminator, PointsGenerator
from sparring_mixtures.task import PlanePoints


class Ones:
    """Draws that are all one, for a batch of three."""

    def normal(self, *shape: int) -> torch.Tensor:
        return torch.ones(3, *shape)


def parameters(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_defaults_are_the_toy_networks_of_wgan_gp() -> None:
    assert parameters(PointsGenerator()) == 3 * 512 + 2 * 513 * 512 + 2 * 513
    assert parameters(PointsDiscriminator()) == 3 * 512 + 2 * 513 * 512 + 513


def test_the_task_draws_a_latent_of_the_shape_that_the_generator_asks_for() -> None:
    generator, task = PointsGenerator(latent_size=5, width=4, depth=1), PlanePoints()

    latent = task.latent(generator, torch.zeros(3, 2), Ones())

    assert latent.shape == (3, 5)
    assert task.fake(generator, latent).shape == (3, 2)


def test_a_discriminator_scores_each_point_by_itself() -> None:
    discriminator, points = PointsDiscriminator(width=8), torch.randn(5, 2)

    scores = discriminator(points)

    assert scores.shape == (5,)
    torch.testing.assert_close(scores[:2], discriminator(points[:2]))


def test_with_minibatch_layers_the_score_of_a_point_depends_on_the_others() -> None:
    points = torch.randn(5, 2)
    for discriminator in (PointsDiscriminator(width=8, minibatch_kernels=3), PointsDiscriminator(width=8, batch_deviation=True)):
        assert discriminator(points).shape == (5,)
        assert not torch.allclose(discriminator(points)[:2], discriminator(points[:2]))


def test_the_features_are_the_activations_of_the_hidden_layers_from_which_the_score_is_made() -> None:
    discriminator, points = PointsDiscriminator(width=8, depth=2, activation="tanh"), torch.randn(5, 2)

    features = discriminator.features(points)

    assert [activation.shape for activation in features] == [(5, 8), (5, 8)]
    torch.testing.assert_close(discriminator.score(features[-1])[:, 0], discriminator(points))
