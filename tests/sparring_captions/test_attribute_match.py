"""How much of what a sentence says is seen in an image."""

from __future__ import annotations

import math

import pytest
import torch
from toy_scenes import Reader, SceneExample, Scenes, another, changed, spelled

from sparring import DataError, Metric
from sparring_captions.attribute_match import BackgroundMatch, CaptionMatch, ColourMatch, PlaceMatch, ShapeMatch, SizeMatch
from sparring_captions.scene import ATTRIBUTES, NOTHING
from sparring_vision.extractor import extractor_for

ALL = (ColourMatch, ShapeMatch, SizeMatch, PlaceMatch, BackgroundMatch, CaptionMatch)
HEADS = {ColourMatch: "colour", ShapeMatch: "shape", SizeMatch: "size", PlaceMatch: "place", BackgroundMatch: "background"}


@pytest.fixture(scope="module")
def examples() -> list[SceneExample]:
    return list(Scenes().examples("test"))


@pytest.fixture(scope="module")
def alone(examples: list[SceneExample]) -> SceneExample:
    return next(one for one in examples if len(things(one)) == 1)


@pytest.fixture(scope="module")
def pair(examples: list[SceneExample]) -> SceneExample:
    return next(one for one in examples if len(things(one)) == 2)


@pytest.fixture(scope="module")
def prepared() -> dict[type[Metric], Metric]:
    metrics: dict[type[Metric], Metric] = {kind: kind() for kind in ALL}
    for metric in metrics.values():
        metric.prepare(Scenes())
    return metrics


def things(example: SceneExample) -> list[str]:
    assert example.attributes is not None
    return [name for name in ("shape", "second shape") if ATTRIBUTES[name][example.attributes[name]] != NOTHING]


def test_what_a_scene_says_of_itself_is_all_right(examples: list[SceneExample], prepared: dict[type[Metric], Metric]) -> None:
    assert {metric.score(one.image, one) for one in examples for metric in prepared.values()} == {100.0}


@pytest.mark.parametrize("wrong", HEADS)
def test_one_wrong_attribute_costs_its_own_score_and_that_of_the_caption(
    wrong: type[Metric], alone: SceneExample, prepared: dict[type[Metric], Metric]
) -> None:
    image = changed(alone, **{HEADS[wrong]: another(alone, HEADS[wrong])})

    scores = {kind: metric.score(image, alone) for kind, metric in prepared.items()}

    assert scores == {kind: 0.0 if kind in (wrong, CaptionMatch) else 100.0 for kind in ALL}


@pytest.mark.parametrize("wrong", [ColourMatch, ShapeMatch, SizeMatch])
def test_of_two_objects_each_counts_half(wrong: type[Metric], pair: SceneExample, prepared: dict[type[Metric], Metric]) -> None:
    second = f"second {HEADS[wrong]}"
    image = changed(pair, **{second: another(pair, second)})

    scores = {kind: metric.score(image, pair) for kind, metric in prepared.items()}

    assert scores == {kind: {wrong: 50.0, CaptionMatch: 0.0}.get(kind, 100.0) for kind in ALL}


def test_an_object_that_nobody_asked_for_spoils_the_caption_alone(alone: SceneExample, prepared: dict[type[Metric], Metric]) -> None:
    image = changed(alone, second_shape=0, second_colour=0, second_size=0)

    scores = {kind: metric.score(image, alone) for kind, metric in prepared.items()}

    assert scores == {kind: 0.0 if kind is CaptionMatch else 100.0 for kind in ALL}


def test_all_metrics_share_one_look_at_an_image(alone: SceneExample, prepared: dict[type[Metric], Metric]) -> None:
    image, before = alone.image, Reader.looked

    for metric in prepared.values():
        metric.score(image, alone)

    assert Reader.looked == before + 1


def test_images_of_anything_but_scenes_have_no_score_and_need_no_checker() -> None:
    metric, data = CaptionMatch(), Scenes(known=False)

    metric.prepare(data)

    assert math.isnan(metric.score(torch.zeros(3, 8, 8), data.examples("test")[0]))
    assert (metric.protocol(), metric.remark()) == ({}, "")


def test_an_image_that_is_not_finite_is_refused(alone: SceneExample, prepared: dict[type[Metric], Metric]) -> None:
    with pytest.raises(DataError, match=r"^an image to be judged holds NaN or infinity: the network that made it has diverged$"):
        prepared[ColourMatch].score(torch.full((3, 8, 8), math.nan), alone)


def test_a_remark_says_how_surely_the_checker_sees_and_warns_where_it_does_not() -> None:
    unsure = {
        "colour": "99.80 % seen, 99.60 % held out",
        "second colour": "99.50 % seen, 98.40 % held out",
        "place": "100.00 % seen, 99.00 % held out",
    }
    data = Scenes(name="unsure", accuracy={f"extractor accuracy on {name}": text for name, text in unsure.items()})
    colour, place = ColourMatch(), PlaceMatch()

    colour.prepare(data)
    place.prepare(data)

    assert colour.remark() == (
        "of real scenes the checker names colour in 99.8 % (99.6 % of held-out combinations), second colour in 99.5 % (98.4 % of held-out "
        "combinations). Beware: below 99 % for second colour, so differences of a few percent mean little"
    )
    assert place.remark() == "of real scenes the checker names place in 100.0 % (99.0 % of held-out combinations)"
    assert place.protocol()["extractor"] == "reader of spelled scenes"


def test_scores_of_sets_look_at_scenes_with_the_extractor_of_their_own() -> None:
    attributes = {name: 1 for name in ATTRIBUTES}

    features = extractor_for(Scenes(), "classifier").features([spelled(attributes)])

    assert features.shape == (1, 192)
    assert extractor_for(Scenes(), "classifier").protocol() == {"extractor": "reader of spelled scenes"}
