"""The text encoder that comes with the plugin: what it knows of scenes."""

from __future__ import annotations

import torch

from sparring_captions.scene import ATTRIBUTES
from sparring_captions.scene_source import SceneDraws
from sparring_captions.scene_text_encoder import CHARACTERS, SceneTextEncoder


def test_its_embeddings_fit_the_attributes_of_their_scene_better_than_those_of_others() -> None:
    draws = SceneDraws("validation")
    scenes = [draws.scene(number) for number in range(100)]
    sure = torch.zeros(100, sum(map(len, ATTRIBUTES.values())))
    for row, scene in zip(sure, scenes, strict=True):
        start = 0
        for name, values in ATTRIBUTES.items():
            row[start + scene.attributes()[name]] = 1
            start += len(values)

    fit = sure @ SceneTextEncoder().encode([draws.captions(number)[0] for number in range(100)]).T

    assert (fit.argmax(dim=0) == torch.arange(100)).float().mean() > 0.9


def test_no_sentence_about_a_scene_is_longer_than_it_reads() -> None:
    longest = max(len(caption) for number in range(500) for caption in SceneDraws("train").captions(number))

    assert longest <= CHARACTERS


def test_reading_it_draws_nothing_from_the_global_generator() -> None:
    before = torch.random.get_rng_state()

    encoder = SceneTextEncoder()

    assert torch.equal(torch.random.get_rng_state(), before)
    assert encoder.identity() == SceneTextEncoder().identity()
