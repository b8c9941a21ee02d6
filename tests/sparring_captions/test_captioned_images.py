"""The data of text-conditional games: images, their texts, and texts that do not fit."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch
from safetensors.torch import save_file
from toy_captions import CountingEncoder, folder

from sparring import DataError
from sparring_captions.captioned_images import CaptionedImages
from sparring_captions.scene_source import SceneDraws

SMALL: dict[str, Any] = {"image_size": 16, "scenes": 40, "validation_scenes": 4, "test_scenes": 6}
ANIMALS = {
    "a.png": ("a red bird", "one bird in red"),
    "b.png": ("a blue cat", "one cat in blue"),
    "c.png": ("a green dog", "one dog in green"),
    "d.png": ("a pale cow", "one cow, pale"),
    "e.png": ("an old hen", "one hen, old"),
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def animals(tmp_path: Path) -> Path:
    return folder(tmp_path / "animals", ANIMALS)


def scenes(**options: Any) -> CaptionedImages:
    return CaptionedImages(**{**SMALL, "text_encoder": CountingEncoder(), **options})


def drawn(number: int = 0) -> np.random.Generator:
    return np.random.default_rng(number)


def said(*captions: str) -> torch.Tensor:
    return CountingEncoder().encode(captions).mean(dim=0)


def test_without_options_scenes_are_drawn() -> None:
    data = scenes()

    assert len(data) == 40
    assert data.facts() == {"image_size": 16, "channels": 3, "text_width": 10}
    assert data.describe() == (
        "drawn scenes: 40 images with 5 texts of 10 numbers each (CountingEncoder) to train on, 4 for validation, 6 for the test, 16 x 16"
    )


def test_a_sample_is_an_image_its_text_another_text_and_its_class() -> None:
    data, source = scenes(), SceneDraws("train")

    sample = data.sample(3, drawn())

    assert tuple(sample) == CaptionedImages.fields
    assert torch.allclose(sample["real"], torch.from_numpy(source.picture(3, image_size=16)), atol=1 / 255)
    assert any(torch.equal(sample["text"], said(caption)) for caption in source.captions(3))
    assert sample["label"] == source.scene(3).number
    assert all(field.dtype == torch.float32 for name, field in sample.items() if name != "label")


def test_every_caption_of_an_image_is_drawn() -> None:
    data, captions = scenes(), SceneDraws("train").captions(3)

    texts = {tuple(data.sample(3, drawn(number))["text"].tolist()) for number in range(60)}

    assert texts == {tuple(said(caption).tolist()) for caption in captions}


def test_mismatched_text_is_of_all_images_of_other_labels_and_of_no_other(tmp_path: Path) -> None:
    names = {f"{kind}/{number}.png": (f"{kind} {'i' * number}",) for kind in ("bird", "cat", "dog") for number in range(8)}
    data = CaptionedImages(root=folder(tmp_path / "kinds", names), image_size=8, text_encoder=CountingEncoder())
    pictures = data.training.pictures

    drawn_texts = {tuple(data.sample(0, drawn(number))["mismatched_text"].tolist()) for number in range(300)}

    others = {n for n in range(len(data)) if pictures.labels[n] != pictures.labels[0]}
    assert len(others) < len(data) - 1
    assert drawn_texts == {tuple(said(*pictures.captions(number)).tolist()) for number in others}


def test_several_captions_are_averaged(animals: Path) -> None:
    data = CaptionedImages(root=animals, image_size=8, text_encoder=CountingEncoder(), captions_averaged=2)
    more = CaptionedImages(root=animals, image_size=8, text_encoder=CountingEncoder(), captions_averaged=4)

    text = data.sample(0, drawn())["text"]

    assert torch.allclose(text, said(*data.training.pictures.captions(0)))
    assert torch.equal(more.sample(0, drawn())["text"], text)


def test_the_same_draw_gives_the_same_sample(animals: Path) -> None:
    data = CaptionedImages(root=animals, image_size=32, text_encoder=CountingEncoder(), augment=True)
    again, other = data.sample(0, drawn(1)), data.sample(0, drawn(2))

    sample = data.sample(0, drawn(1))

    assert all(torch.equal(sample[name], again[name]) for name in sample)
    assert not all(torch.equal(sample[name], other[name]) for name in sample)


def test_captions_are_encoded_once_and_found_again() -> None:
    encoder, again, other = CountingEncoder(), CountingEncoder(), CountingEncoder(weight=2.0)
    first = scenes(text_encoder=encoder)

    second, third = scenes(text_encoder=again), scenes(text_encoder=other)

    assert encoder.asked == len(first.texts.table)
    assert again.asked == 0
    assert torch.equal(2 * second.texts.table, third.texts.table)


def test_an_example_has_its_captions_their_text_and_what_is_in_the_scene() -> None:
    data, source = scenes(), SceneDraws("test")

    seen, held_out = data.examples("test")[:2]

    assert seen.name == "test-00000"
    assert seen.captions == source.captions(0)
    assert torch.equal(seen.text, said(seen.captions[0]))
    assert held_out.attributes == source.scene(1).attributes()
    assert [one.conditions["combination"] for one in (seen, held_out)] == ["seen", "held out"]
    assert {one.conditions["objects"] for one in data.examples("test")} == {"one", "two"}
    assert torch.equal(data.examples("train")[5].text, said(SceneDraws("train").captions(5)[0]))


def test_augmented_images_are_crops_of_larger_ones_and_their_mirror_images(animals: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (19, 19, 3), dtype=np.uint8)
    for path in animals.glob("*.png"):
        PIL.Image.fromarray(pixels).save(path)
    data = CaptionedImages(root=animals, image_size=16, text_encoder=CountingEncoder(), augment=True)
    whole = torch.from_numpy(pixels).permute(2, 0, 1) / 127.5 - 1

    seen = [data.sample(0, drawn(number))["real"] for number in range(400)]

    crops = [whole[:, down : down + 16, right : right + 16] for down in range(4) for right in range(4)]
    crops += [crop.flip(-1) for crop in crops]
    found = {next(n for n, crop in enumerate(crops) if torch.allclose(crop, real, atol=1e-5)) for real in seen}
    assert found == set(range(32))
    assert torch.allclose(data.examples("test")[0].image, whole[:, 1:17, 1:17], atol=1e-5)


def test_a_run_keeps_its_encoder_and_its_words() -> None:
    data = scenes(text_encoder=CountingEncoder(weight=3.0))

    kept = data.statistics()

    assert kept["text_encoder.weight"] == 3.0
    words = bytes(kept["words"].tolist()).decode().split("\n")
    assert words == sorted(set(words))
    assert {"circle", "sand", "upper"} <= set(words)


def test_an_encoder_that_is_read_again_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CountingEncoder, "kept", False)

    assert set(scenes().statistics()) == {"words"}


def test_embeddings_beside_the_images_are_read(animals: Path) -> None:
    stored = {name.removesuffix(".png"): torch.randn(2, 6) for name in ANIMALS}
    save_file(stored, animals / "embeddings.safetensors")

    data = CaptionedImages(root=animals, image_size=8)

    assert data.facts()["text_width"] == 6
    assert set(data.statistics()) == {"words"}
    name = data.training.pictures.name(0).removesuffix(".png")
    assert any(torch.equal(data.sample(0, drawn())["text"], row) for row in stored[name])
    test = data.examples("test")[0]
    assert torch.equal(test.text, stored[test.name.removesuffix(".png")].mean(dim=0))


def test_a_named_encoder_is_preferred_to_embeddings(animals: Path) -> None:
    save_file({name.removesuffix(".png"): torch.randn(2, 6) for name in ANIMALS}, animals / "embeddings.safetensors")

    assert CaptionedImages(root=animals, text_encoder=CountingEncoder()).facts()["text_width"] == 10


def test_the_fingerprint_is_that_of_images_captions_and_embeddings(animals: Path) -> None:
    def fingerprint(**options: Any) -> str:
        return CaptionedImages(root=animals, image_size=8, **options).fingerprint()

    before = fingerprint(text_encoder=CountingEncoder())

    assert fingerprint(text_encoder=CountingEncoder(), captions_averaged=2, augment=True) == before
    assert fingerprint(text_encoder=CountingEncoder(weight=2.0)) != before
    (animals / "a.txt").write_text("a red bore")
    assert fingerprint(text_encoder=CountingEncoder()) != before
    stored = {name.removesuffix(".png"): torch.zeros(2, 6) for name in ANIMALS}
    save_file(stored, animals / "embeddings.safetensors")
    zeros = fingerprint()
    save_file({**stored, "a": torch.ones(2, 6), "b": torch.ones(2, 6), "c": torch.ones(2, 6)}, animals / "embeddings.safetensors")
    assert fingerprint() != zeros


def test_only_scenes_have_features_of_their_own(animals: Path) -> None:
    assert CaptionedImages(root=animals, text_encoder=CountingEncoder()).feature_extractor() is None


def test_data_can_be_sent_to_another_process() -> None:
    data = scenes()
    data.examples("test")

    sent = pickle.loads(pickle.dumps(data))

    assert torch.equal(sent.sample(0, drawn())["real"], data.sample(0, drawn())["real"])
    assert torch.equal(sent.examples("test")[0].text, data.examples("test")[0].text)


def test_another_seed_or_number_of_objects_draws_other_scenes() -> None:
    assert len({scenes(**options).fingerprint() for options in ({}, {"seed": 1}, {"objects": "two"}, {"scenes": 41})}) == 4
    assert {example.conditions["objects"] for example in scenes(objects="two").examples("train")} == {"two"}


def test_mirrored_scenes_are_refused() -> None:
    with pytest.raises(ValueError, match="mirrored, a thing 'on the left' is on the right: leave augment out"):
        scenes(augment=True)


def test_a_network_that_reads_no_captions_is_refused() -> None:
    with pytest.raises(ValueError, match="text_encoder: Linear does not read captions: take 'char-cnn-rnn' or another text encoder"):
        scenes(text_encoder=torch.nn.Linear(2, 2))


def test_images_that_nothing_reads_the_captions_of_are_refused(animals: Path) -> None:
    with pytest.raises(DataError, match=r"name an encoder with data\.text_encoder, or put their embeddings beside the images"):
        CaptionedImages(root=animals)


def test_images_of_one_class_are_refused(tmp_path: Path) -> None:
    root = folder(tmp_path / "same", {f"{number}.png": ("a cat",) for number in range(5)})

    with pytest.raises(DataError, match="all 3 training images are of one class, or of the same captions"):
        CaptionedImages(root=root, text_encoder=CountingEncoder())


def test_captions_that_an_encoder_cannot_read_are_refused(tmp_path: Path) -> None:
    root = folder(tmp_path / "foreign", {f"{number}.png": (f"кот {number}", f"Кошка {number}") for number in range(5)})

    with pytest.raises(DataError) as caught:
        CaptionedImages(root=root, text_encoder=CountingEncoder())

    assert len(str(caught.value).splitlines()) == 3
    assert str(caught.value).splitlines()[0].endswith(".png: no caption of it can be read: it is not in English.")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"set": "scenes", "root": Path("here")}, "The scenes are drawn: leave data.root out, or say data.set=folder."),
        ({"set": "cub"}, "data.set=cub needs a folder: set data.root=PATH to where it is."),
        (
            {"root": Path("nowhere")},
            "nowhere: there is no such folder: set data.root=PATH to one with images, or leave it out for drawn scenes.",
        ),
    ],
)
def test_options_that_do_not_fit_say_the_way_out(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DataError) as caught:
        CaptionedImages(**options)

    assert str(caught.value) == sentence
