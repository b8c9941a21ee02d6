"""Image generation as a game: who sees what, and what is said when network and task do not go together."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from sparring import GameError
from sparring.play.graph import Graph
from sparring.play.key import fold
from sparring.play.noise import Noise, Rows
from sparring_images import acgan, conditional_dcgan, dcgan, sngan
from sparring_images.task import ClassConditionalGeneration, ImageGeneration

IMAGES, LABELS = torch.randn(3, 1, 8, 8), torch.tensor([0, 4, 9])
SMALL: dict[str, Any] = {"image_size": 8, "channels": 1, "width": 4}


def noise(rows: int = 3) -> Noise:
    return Noise((fold("test"),), Rows(0, rows, rows), torch.device("cpu"))


@pytest.mark.parametrize("task", [ImageGeneration(), ClassConditionalGeneration()])
def test_the_graph_of_the_task_is_sound(task: ImageGeneration | ClassConditionalGeneration) -> None:
    graph = Graph(task, ["generator", "discriminator"], ["real", "label"])

    assert graph.problems == []
    assert graph.judges(task.contests[0]) == {"discriminator"}
    assert graph.networks_of("real_score") == {"discriminator"}


@pytest.mark.parametrize("task", [ImageGeneration, ClassConditionalGeneration])
def test_latents_are_normal_or_uniform_between_minus_one_and_one(task: Any) -> None:
    generator = dcgan.Generator(latent_size=50, **SMALL)

    normal, uniform = (task(latent=name).latent(generator, noise(200)) for name in ("normal", "uniform"))

    assert normal.shape == uniform.shape == (200, 50)
    assert float(normal.std()) == pytest.approx(1, abs=0.03)
    assert float(uniform.min()) == pytest.approx(-1, abs=0.01)
    assert float(uniform.max()) == pytest.approx(1, abs=0.01)


def test_a_class_head_gives_score_and_logits_without_seeing_the_label() -> None:
    task, discriminator = ClassConditionalGeneration(), acgan.Discriminator(image_size=8, channels=1, width=2).eval()

    verdict = task.real_verdict(discriminator, IMAGES, LABELS)

    assert torch.equal(task.real_score(verdict), discriminator(IMAGES).score)
    assert task.real_logits(verdict).shape == (3, 10)


def test_a_projection_discriminator_sees_the_label() -> None:
    task, discriminator = ClassConditionalGeneration(), sngan.Discriminator(conditional=True, **SMALL).eval()

    score = task.fake_score(task.fake_verdict(discriminator, IMAGES, LABELS))

    assert torch.equal(score, discriminator(IMAGES, LABELS))
    assert not torch.allclose(score, discriminator(IMAGES, LABELS.flip(0)))


def test_logits_of_a_discriminator_without_a_class_head_are_refused() -> None:
    task, discriminator = ClassConditionalGeneration(), sngan.Discriminator(conditional=True, **SMALL)

    with pytest.raises(GameError, match="the discriminator has no class head: take 'acgan-discriminator'"):
        task.fake_logits(task.fake_verdict(discriminator, IMAGES, LABELS))


def test_a_generator_that_takes_no_labels_is_refused_where_classes_are_asked_for() -> None:
    with pytest.raises(GameError, match="the generator takes no labels: set its 'conditional: true'"):
        ClassConditionalGeneration().fake(dcgan.Generator(**SMALL), torch.randn(3, 100), LABELS)


def test_networks_that_take_labels_are_refused_where_there_are_none() -> None:
    generator, discriminator = conditional_dcgan.Generator(**SMALL), sngan.Discriminator(conditional=True, **SMALL)

    with pytest.raises(GameError, match="the generator takes labels: set its 'conditional: false'"):
        ImageGeneration().fake(generator, torch.randn(3, 100))
    with pytest.raises(GameError, match="the discriminator takes labels: set its 'conditional: false'"):
        ImageGeneration().real_score(discriminator, IMAGES)
