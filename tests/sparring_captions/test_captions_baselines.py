"""What images of sentences are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor
from toy_scenes import SIZE, SceneExample, Scenes

from sparring import Application, CheckpointError, DataError, Example, Report, Trained
from sparring_captions.captions_baselines import MismatchedImages, OwnImages, UpsampledFirstStage


class OneClass(Scenes):
    def examples(self, split: object) -> list[SceneExample]:
        return [replace(one, label=1) for one in super().examples("test")]


class Quarter(Application):
    """Draws four pixels of a real image of 8x8."""

    def apply(self, inputs: object, output: object) -> Report:
        return Report()

    def answer(self, example: Example) -> Tensor:
        return torch.linspace(-1, 1, 12).reshape(3, 2, 2)


class ToyFirstStage(UpsampledFirstStage):
    """Of a run whose text encoder has a single weight, 0.5."""

    def first_stage(self) -> Application:
        statistics = {"text_encoder.weight": torch.tensor(0.5), "words": torch.zeros(2)}
        return Quarter(Trained({}, task={}, data={}, device=torch.device("cpu"), open_data=Scenes, statistics=statistics))


class ReadScenes(Scenes):
    weight = 0.5

    def statistics(self) -> Mapping[str, Tensor]:
        return {"text_encoder.weight": torch.tensor(self.weight), "words": torch.ones(3)}


class ReadByAnother(ReadScenes):
    weight = 0.25


def test_own_images_are_those_of_the_examples() -> None:
    examples = Scenes(count=4).examples("test")

    assert all(torch.equal(OwnImages().answer(one), one.image) for one in examples)


def test_mismatched_images_are_of_other_scenes_and_always_the_same() -> None:
    data, baseline, again = Scenes(), MismatchedImages(), MismatchedImages()
    baseline.prepare(data)
    again.prepare(data)
    examples = data.examples("test")

    answers = [baseline.answer(one) for one in examples]

    real = {one.label: one.image for one in examples}
    assert all(torch.equal(again.answer(one), answer) for one, answer in zip(examples, answers, strict=True))
    assert not any(torch.equal(one.image, answer) for one, answer in zip(examples, answers, strict=True))
    assert all(any(torch.equal(answer, image) for image in real.values()) for answer in answers)
    assert len({answer.numpy().tobytes() for answer in answers}) > 20


def test_mismatched_images_of_a_single_class_are_refused() -> None:
    baseline = MismatchedImages()
    baseline.prepare(OneClass(count=3))

    with pytest.raises(DataError) as refusal:
        baseline.answer(OneClass(count=3).examples("test")[0])

    assert str(refusal.value) == "there is no test image of another class than 'test-0': leave the baseline 'mismatched-images' out"


def test_a_first_stage_is_enlarged_to_the_size_of_the_example() -> None:
    data, baseline = ReadScenes(), ToyFirstStage(run=Path("runs/first"))
    baseline.prepare(data)

    image = baseline.answer(data.examples("test")[0])

    small = torch.linspace(-1, 1, 12).reshape(3, 2, 2)
    assert image.shape == (3, SIZE, SIZE)
    assert torch.allclose(image[:, [0, 0, -1, -1], [0, -1, 0, -1]], small.flatten(1))
    # the middle of the fourth of eight pixels lies 3/8 of the way from the middle of the left one of two to that of the right one
    assert torch.allclose(image[:, 0, 3], 5 / 8 * small[:, 0, 0] + 3 / 8 * small[:, 0, 1])


@pytest.mark.parametrize("data", [ReadByAnother(), Scenes()], ids=["another", "none"])
def test_a_first_stage_of_another_text_encoder_is_refused(data: Scenes) -> None:
    with pytest.raises(DataError) as refusal:
        ToyFirstStage(run=Path("runs/first")).prepare(data)

    assert str(refusal.value) == ("runs/first: was trained with another text encoder than these data are read with: give both the same one")


def test_a_first_stage_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="is no run"):
        UpsampledFirstStage(run=tmp_path).prepare(Scenes())
