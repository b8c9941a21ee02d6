"""The image's half of the joint embedding of scenes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from sparring import keep_tensors
from sparring_captions.scene import ATTRIBUTES
from sparring_captions.scene_attributes import SURE, SceneAttributes
from sparring_captions.scene_checker import SceneChecker, checker_file


def test_the_probabilities_of_each_attribute_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path))
    keep_tensors(checker_file(image_size=32, mixed=False), SceneChecker(image_size=32).state_dict(), **_notes())

    embedding = SceneAttributes(image_size=32).eval()(torch.rand(3, 3, 32, 32) * 2 - 1)

    assert embedding.shape == (3, SceneAttributes.width)
    sums = torch.stack([part.sum(dim=1) for part in embedding.split([len(values) for values in ATTRIBUTES.values()], dim=1)])
    torch.testing.assert_close(sums, torch.full((len(ATTRIBUTES), 3), SURE))


def test_judges_of_mixed_scenes_and_encoders_of_training_scenes_are_kept_apart() -> None:
    assert checker_file(image_size=64, mixed=True) != checker_file(image_size=64, mixed=False)


def _notes() -> dict[str, str]:
    return {name: "100.00 % seen, 100.00 % held out" for name in (*ATTRIBUTES, "everything")}
