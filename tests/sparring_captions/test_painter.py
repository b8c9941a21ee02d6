"""From keys and texts to images, for runs of all tasks."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from toy_paintings import NETWORKS, Captioned, example, toy_text, trained_run

from sparring import Trained
from sparring_captions.conditioning_augmentation import ConditioningAugmentation
from sparring_captions.gan_int_cls import Generator
from sparring_captions.painter import Painter

TEXTS = torch.tensor([[0.2, -0.4], [0.1, 0.3], [0.5, 0.6]])
KEYS = [(0, 0), (0, 1), (1, 0)]


@pytest.mark.parametrize("kind", NETWORKS)
def test_an_image_is_of_its_key_and_its_text_alone(kind: str) -> None:
    painter = Painter(trained_run(kind=kind))

    together = painter.images(KEYS, TEXTS)
    apart = torch.cat([painter.images([key], text[None]) for key, text in zip(KEYS, TEXTS, strict=True)])
    in_batches = painter.images(KEYS[::-1], TEXTS.flip(0), batch_size=2).flip(0)

    assert torch.equal(together, apart)
    assert torch.equal(together, in_batches)
    assert together.abs().max() <= 1
    assert not torch.equal(together[0, 1:], together[1, 1:])


@pytest.mark.parametrize("kind", ["first stage", "second stage"])
def test_a_condition_is_drawn_around_the_text_by_the_key(kind: str) -> None:
    painter = Painter(trained_run(kind=kind))
    keys = [(0, number) for number in range(200)]

    conditions = painter.images(keys, torch.zeros(200, 2))[:, 0, 0, ::2]

    # a deviation of a quarter, cut off at twice that
    assert conditions.abs().max() <= 0.5
    assert 0.18 < float(conditions.std()) < 0.26


def test_a_second_stage_paints_over_what_the_first_one_drew() -> None:
    first = Painter(trained_run(kind="first stage")).images(KEYS, TEXTS)
    second = Painter(trained_run(kind="second stage")).images(KEYS, TEXTS)

    assert second.shape[2:] == (8, 8)
    assert torch.equal(second[:, :2, ::2, ::2], first[:, :2])
    # with a condition of its own
    assert not torch.isclose(second[:, 2, 0, ::2], second[:, 0, 0, ::2]).any()


@pytest.mark.parametrize("kind", NETWORKS)
def test_truncation_keeps_latents_and_conditions_near_the_middle(kind: str) -> None:
    painter = Painter(trained_run(kind=kind))
    keys = [(0, number) for number in range(50)]

    images = painter.images(keys, torch.zeros(50, 2), truncation=0.5)

    assert images[:, 1].abs().max() <= 0.4 * 0.5
    assert images[:, 0].abs().max() <= 0.25 * 0.5
    assert painter.images(keys, torch.zeros(50, 2))[:, 1].abs().max() > 0.4


def test_an_answer_goes_by_name_and_draw() -> None:
    painter = Painter(trained_run())

    first, again, other_draw, other_name = painter.answers(
        [example("a red circle"), example("a red circle"), example("a red circle", draw=1), example("a blue square")]
    )

    assert torch.equal(first, again)
    torch.testing.assert_close(first[0, 0, ::2], toy_text("a red circle"))
    assert torch.equal(first[0], other_draw[0])
    assert not torch.equal(first[1:], other_draw[1:])
    assert not torch.equal(first[1:], other_name[1:])


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_run_knows_how_wide_its_texts_are(kind: str) -> None:
    assert Painter(trained_run(kind=kind)).text_width == 2


@pytest.mark.parametrize(
    "networks",
    [
        {"generator": Generator(image_size=16, text_width=24, width=4)},
        {"conditioning": ConditioningAugmentation(text_width=24, width=4)},
    ],
)
def test_so_do_the_networks_of_the_papers(networks: dict[str, nn.Module]) -> None:
    trained = Trained(networks, task={}, data={}, device=torch.device("cpu"), open_data=Captioned)

    assert Painter(trained).text_width == 24
