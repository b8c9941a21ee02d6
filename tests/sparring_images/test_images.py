"""The data of image games, on scikit-learn's digits, which are always there."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from sparring import DataError
from sparring_images.images import Images
from sparring_vision import kept_pictures


@pytest.fixture(scope="module")
def digits() -> Images:
    return Images()


def drawn(number: int = 0) -> np.random.Generator:
    return np.random.default_rng(number)


def test_without_options_there_are_digits(digits: Images) -> None:
    assert len(digits) == 1197
    assert digits.facts() == {"image_size": 32, "channels": 1, "classes": 10}
    assert digits.describe() == (
        "handwritten digits of scikit-learn: 1197 images in 10 classes to train on, 100 for validation, 500 for the test, 32 x 32, grey"
    )


def test_a_sample_is_an_image_and_its_class(digits: Images) -> None:
    sample = digits.sample(3, drawn())

    assert tuple(sample) == Images.fields
    assert sample["real"].shape == (1, 32, 32)
    assert sample["real"].dtype == torch.float32
    assert sample["label"].shape == ()
    assert sample["label"].dtype == torch.int64


def test_digits_are_bright_ink_on_dark(digits: Images) -> None:
    images = torch.stack([digits.sample(index, drawn())["real"] for index in range(100)])

    assert images.min() == -1
    assert images.max() == 1
    assert images[..., 0].mean() < -0.9


def test_held_out_digits_have_as_many_of_every_class(digits: Images) -> None:
    for split, each in (("validation", 10), ("test", 50)):
        labels = [example.label for example in digits.examples(split)]  # pyright: ignore[reportArgumentType]
        assert np.bincount(np.array(labels)).tolist() == [each] * 10


def test_no_image_is_in_two_splits(digits: Images) -> None:
    names = [example.name for split in ("train", "validation", "test") for example in digits.examples(split)]  # pyright: ignore

    assert len(names) == len(set(names)) == 1797


def test_training_examples_are_the_samples_as_they_are(digits: Images) -> None:
    example = digits.examples("train")[5]
    sample = digits.sample(5, drawn())

    assert torch.equal(example.image, sample["real"])
    assert example.label == sample["label"]
    assert example.conditions == {"class": str(example.label)}


def test_examples_are_a_sequence(digits: Images) -> None:
    examples = digits.examples("test")

    assert [example.name for example in examples[-2:]] == [examples[498].name, examples[-1].name]
    with pytest.raises(IndexError):
        examples[500]


def test_mirror_flips_half_of_the_training_images_and_no_example() -> None:
    plain, mirrored = Images(image_size=8), Images(image_size=8, mirror=True)

    pairs = [(plain.sample(index, drawn(index))["real"], mirrored.sample(index, drawn(index))["real"]) for index in range(200)]

    flipped = sum(torch.equal(one.flip(-1), other) for one, other in pairs)
    assert all(torch.equal(one, other) or torch.equal(one.flip(-1), other) for one, other in pairs)
    assert 70 < flipped < 130
    assert torch.equal(plain.examples("train")[0].image, mirrored.examples("train")[0].image)


def test_dequantizing_adds_less_than_a_step_of_the_pixels() -> None:
    noise = Images(dequantize=True).sample(0, drawn())["real"] - Images().sample(0, drawn())["real"]

    assert noise.min() >= 0
    assert 0.9 / 128 < noise.max() <= 1.001 / 128
    assert abs(float(noise.mean()) * 128 - 0.5) < 0.05


def test_the_same_draw_gives_the_same_sample() -> None:
    data = Images(mirror=True, dequantize=True)

    assert torch.equal(data.sample(7, drawn(1))["real"], data.sample(7, drawn(1))["real"])
    assert not torch.equal(data.sample(7, drawn(1))["real"], data.sample(7, drawn(2))["real"])


def test_only_some_classes_are_numbered_anew() -> None:
    data = Images(only=("7", "3"))

    assert data.facts()["classes"] == 2
    assert {(example.label, example.conditions["class"]) for example in data.examples("test")} == {(0, "3"), (1, "7")}
    assert {int(data.sample(index, drawn())["label"]) for index in range(len(data))} == {0, 1}


def test_images_too_many_to_keep_are_read_every_time(monkeypatch: pytest.MonkeyPatch, digits: Images) -> None:
    monkeypatch.setattr(kept_pictures, "MOST_BYTES", 1000)
    unkept = Images()

    assert torch.equal(unkept.sample(9, drawn())["real"], digits.sample(9, drawn())["real"])


def test_three_channels_of_grey_are_alike() -> None:
    real = Images(channels=3).sample(0, drawn())["real"]

    assert real.shape == (3, 32, 32)
    assert torch.equal(real[0], real[2])


def test_the_fingerprint_is_that_of_the_pictures() -> None:
    assert Images().fingerprint() == Images(image_size=16, mirror=True).fingerprint()
    assert Images().fingerprint() != Images(only=("1", "2")).fingerprint()


def test_data_can_be_sent_to_another_process(digits: Images) -> None:
    sent = pickle.loads(pickle.dumps(digits))

    assert torch.equal(sent.sample(0, drawn())["real"], digits.sample(0, drawn())["real"])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"root": Path("here"), "set": "digits"}, "The digits come with scikit-learn: leave data.root out, or say data.set=folder."),
        ({"set": "folder"}, "data.set=folder needs a folder: set data.root=PATH to where it is."),
        (
            {"set": "cifar10"},
            "data.set=cifar10 needs a folder: set data.root=PATH to where it is (with data.download=true, to where it is downloaded).",
        ),
        ({"set": "digits", "download": True}, "data.set=digits cannot be downloaded: leave data.download out."),
        ({"only": ("1", "one")}, "handwritten digits of scikit-learn: data.only names 'one': the classes are '0', '1', "),
        ({"only": ()}, "handwritten digits of scikit-learn: data.only names no class: the classes are '0', '1', "),
    ],
)
def test_options_that_do_not_fit_say_the_way_out(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DataError) as caught:
        Images(**options)

    assert str(caught.value).startswith(sentence)
