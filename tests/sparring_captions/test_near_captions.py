"""Captions that are wrong in one thing only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toy_captions

from sparring_captions.caption_pairs import ImageCaptionPairs
from sparring_captions.captioned_images import CaptionedImages
from sparring_captions.scene import ATTRIBUTES, COLOURS, SHAPES
from sparring_captions.scene_source import HELD_OUT, SceneDraws


def test_a_near_scene_differs_in_one_thing_or_what_two_objects_have_swapped_and_never_has_a_combination_that_is_held_out() -> None:
    draws, draw = SceneDraws("train"), np.random.default_rng(0)

    for number in range(200):
        scene = draws.scene(number)
        near = draws._near(scene, draw)
        differing = [name for name in ATTRIBUTES if scene.attributes()[name] != near.attributes()[name]]
        assert len(differing) == 1 or (scene.second and [f"second {differing[0]}"] == differing[1:])
        assert not {(thing.colour, thing.shape) for thing in near.things} & HELD_OUT


def test_near_captions_name_other_things_than_the_scene_has() -> None:
    draws = SceneDraws("train")

    told = [set(caption.replace(",", "").split()) & {*SHAPES, *COLOURS} for number in range(50) for caption in draws.near_captions(number)]
    there = [
        {word for thing in draws.scene(number).things for word in (thing.shape, thing.colour)} for number in range(50) for _ in range(3)
    ]

    # Four of seven near captions are wrong about a shape or a colour.
    assert 0.4 < np.mean([bool(words - real) for words, real in zip(told, there, strict=True)]) < 0.75


def test_mismatches_are_near_ones_where_they_are_asked_for() -> None:
    sizes: dict[str, Any] = {"image_size": 16, "scenes": 8, "validation_scenes": 2, "test_scenes": 2}
    near = CaptionedImages(**sizes, text_encoder=toy_captions.CountingEncoder(), mismatches="near")
    both = CaptionedImages(**sizes, text_encoder=toy_captions.CountingEncoder(), mismatches="both")

    def texts(data: CaptionedImages) -> set[bytes]:
        return {data.sample(3, np.random.default_rng(n))["mismatched_text"].numpy().tobytes() for n in range(60)}

    expected = {row.numpy().tobytes() for row in near.encoder.encode(SceneDraws("train").near_captions(3))}  # type: ignore[union-attr]
    assert texts(near) == expected
    assert texts(both) > expected


def test_of_other_images_nobody_knows_what_is_nearly_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mismatches: near: only of scenes is it known what a caption is wrong in: take 'any'"):
        ImageCaptionPairs(set="cub", root=toy_captions.birds(tmp_path), image_size=8, mismatches="near")
