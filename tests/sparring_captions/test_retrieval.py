"""Whether an image's own caption is found among others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from toy_scenes import SIZE, SceneExample, Scenes

from sparring import CheckpointError, DataError
from sparring_captions.other_examples import others_of
from sparring_captions.retrieval import RetrievalPrecision
from sparring_captions.scene import ATTRIBUTES
from sparring_captions.text_encoder import TextEncoder

WIDTH = sum(map(len, ATTRIBUTES.values()))


class Knowing(TextEncoder):
    """Knows what scene every caption of some data is of; `encoded` counts the captions that it was asked about."""

    width = WIDTH

    def __init__(self, data: Scenes) -> None:
        super().__init__()
        self.of = {one.captions[0]: one.attributes or {} for split in ("test", "validation") for one in data.examples(split)}
        self.encoded = 0

    def encode(self, captions: Sequence[str]) -> Tensor:
        self.encoded += len(captions)
        return torch.stack([_spread(torch.tensor([self.of[caption][name] for name in ATTRIBUTES])) for caption in captions])

    def unread(self, caption: str) -> str:
        return ""

    def refuses(self, caption: str) -> str:
        return ""

    def identity(self) -> str:
        return "knowing"


class Seeing(nn.Module):
    """Reads spelled scenes."""

    image_size = SIZE

    def forward(self, image: Tensor) -> Tensor:
        return _spread(((image[0, 0, 0] + 1) * 127.5).round().long())[None]


def _spread(values: Tensor) -> Tensor:
    return torch.cat([nn.functional.one_hot(value, len(names)) for value, names in zip(values, ATTRIBUTES.values(), strict=True)]).float()


def matched_by(matcher: Mapping[str, nn.Module]) -> RetrievalPrecision:
    class Matched(RetrievalPrecision):
        def networks(self) -> Mapping[str, nn.Module]:
            return matcher

    return Matched()


@pytest.fixture(scope="module")
def metric() -> RetrievalPrecision:
    """By a matcher that knows everything."""
    metric = matched_by({"image_encoder": Seeing(), "text_encoder": Knowing(Scenes())})
    metric.prepare(Scenes())
    return metric


def test_images_of_their_captions_are_found_and_those_of_others_are_not(metric: RetrievalPrecision) -> None:
    examples = Scenes().examples("test")[:30]

    own = [metric.score(one.image, one) for one in examples]
    others = [metric.score(examples[number - 1].image, one) for number, one in enumerate(examples)]

    assert set(own) == {100.0}
    assert set(others) == {0.0}


def test_a_tie_is_no_find() -> None:
    class Blind(Seeing):
        def forward(self, image: Tensor) -> Tensor:
            return torch.zeros(1, WIDTH)

    metric = matched_by({"image_encoder": Blind(), "text_encoder": Knowing(Scenes())})
    metric.prepare(Scenes())
    one = Scenes().examples("test")[0]

    assert metric.score(one.image, one) == 0.0


def test_larger_images_are_averaged_to_the_size_of_the_matcher(metric: RetrievalPrecision) -> None:
    one = Scenes().examples("test")[0]

    large = one.image.repeat_interleave(3, dim=1).repeat_interleave(3, dim=2)

    assert metric.score(large, one) == 100.0


def test_captions_of_a_split_are_encoded_once_and_of_others_not_at_all() -> None:
    data, encoder = Scenes(), Knowing(Scenes())
    metric = matched_by({"image_encoder": Seeing(), "text_encoder": encoder})

    for _ in range(2):
        metric.prepare(data)
        for one in data.examples("validation")[:3]:
            metric.score(one.image, one)

    assert encoder.encoded == len(data.examples("validation"))


def test_the_others_are_of_other_classes_and_depend_on_the_name_alone() -> None:
    examples = [replace(one, label=number % 3) for number, one in enumerate(Scenes(count=30).examples("test"))]

    others = list(others_of(examples[4], examples))

    assert sorted(others) == [number for number in range(30) if number % 3 != 1]
    assert others != sorted(others)
    assert others == list(others_of(replace(examples[4], captions=("x",)), examples))
    assert others != list(others_of(examples[7], examples))


def test_without_classes_all_but_the_example_itself_are_others() -> None:
    examples = [replace(one, label=None) for one in Scenes(count=5).examples("test")]

    assert sorted(others_of(examples[2], examples)) == [0, 1, 3, 4]


def test_where_all_are_of_one_class_there_is_no_score() -> None:
    class Alike(Scenes):
        def examples(self, split: object) -> list[SceneExample]:
            return [replace(one, label=1) for one in super().examples("test")]

    data = Alike(count=3)
    metric = matched_by({"image_encoder": Seeing(), "text_encoder": Knowing(data)})
    metric.prepare(data)
    one = data.examples("test")[0]

    assert math.isnan(metric.score(one.image, one))


def test_other_images_than_scenes_need_a_matcher() -> None:
    with pytest.raises(DataError, match="needs `matcher: RUN`, a run of the task 'text-image-matching' on these data: the encoders"):
        RetrievalPrecision().prepare(Scenes(known=False))


def test_a_matcher_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="is no run"):
        RetrievalPrecision(matcher=tmp_path).prepare(Scenes())


def test_the_protocol_names_the_weights_of_the_matcher(metric: RetrievalPrecision) -> None:
    assert metric.protocol() == {
        "matcher": "encoders of scenes", "weights of image_encoder": "e3b0c44298fc1c14", "weights of text_encoder": "e3b0c44298fc1c14",
        "captions": "100 of different classes, or as many as there are",
    }  # fmt: skip
