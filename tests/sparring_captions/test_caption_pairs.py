"""The data of which text encoders are trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from toy_captions import birds, folder

from sparring import DataError
from sparring_captions.alphabet import tokens
from sparring_captions.caption_pairs import ImageCaptionPairs
from sparring_captions.scene_source import SceneDraws


def drawn(number: int = 0) -> np.random.Generator:
    return np.random.default_rng(number)


def scenes() -> ImageCaptionPairs:
    return ImageCaptionPairs(image_size=16, scenes=10, validation_scenes=2, test_scenes=2, characters=60)


def test_a_sample_is_an_image_a_caption_of_it_and_its_class() -> None:
    data, source = scenes(), SceneDraws("train")

    sample = data.sample(3, drawn())

    assert tuple(sample) == ImageCaptionPairs.fields
    assert sample["real"].shape == (3, 16, 16)
    assert sample["labels"].tolist() == list(source.scene(3).attributes().values())
    assert data.facts() == {"image_size": 16, "channels": 3, "characters": 60}


def test_every_caption_of_an_image_is_drawn() -> None:
    data = scenes()

    seen = {tuple(data.sample(3, drawn(number))["characters"].tolist()) for number in range(60)}

    assert seen == {tuple(tokens(caption, 60).tolist()) for caption in SceneDraws("train").captions(3)}


def test_examples_have_captions_and_no_text() -> None:
    example = scenes().examples("validation")[0]

    assert example.captions == SceneDraws("validation").captions(0)
    with pytest.raises(DataError, match="'validation-00000' has captions and no embedding of them: take the data 'captioned-images'"):
        _ = example.text


def test_birds_of_one_class_share_a_label(tmp_path: Path) -> None:
    data = ImageCaptionPairs(set="cub", root=birds(tmp_path), image_size=8, augment=True)

    labels = {int(data.sample(index, drawn())["labels"]) for index in range(len(data))}

    assert labels == {0, 1}
    assert data.describe() == (
        f"Caltech-UCSD birds of {tmp_path}: 7 images with captions to train on, 1 for validation, 4 for the test, 8 x 8"
    )
    assert data.fingerprint() != scenes().fingerprint()


def test_captions_without_a_letter_are_refused(tmp_path: Path) -> None:
    root = folder(tmp_path, {f"{number}.png": (f"{number}!",) for number in range(5)})

    with pytest.raises(DataError, match="no caption of it can be read: it has no letter that the encoder knows: write it in English"):
        ImageCaptionPairs(root=root)


def test_mirrored_scenes_are_refused() -> None:
    with pytest.raises(ValueError, match="leave augment out"):
        ImageCaptionPairs(augment=True)


def test_the_same_draw_gives_the_same_sample() -> None:
    data = scenes()

    assert torch.equal(data.sample(1, drawn(5))["characters"], data.sample(1, drawn(5))["characters"])
