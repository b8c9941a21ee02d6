"""A folder of images, in the layouts that people have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch

from sparring import DataError
from sparring_images.images import Images
from sparring_vision import picture_files


def put(root: Path, *names: str) -> Path:
    """Pictures of drawn colours, so that no two are alike."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        seed = sum(map(ord, name))
        PIL.Image.new("RGB", (12, 10), tuple(np.random.default_rng(seed).integers(0, 256, 3).tolist())).save(path)
    return root


def numbered(place: str, count: int) -> list[str]:
    return [f"{place}{number:03d}.png" for number in range(count)]


def names(data: Images, split: str) -> set[str]:
    return {example.name for example in data.examples(split)}  # pyright: ignore[reportArgumentType]


def test_subfolders_are_classes(tmp_path: Path) -> None:
    data = Images(root=put(tmp_path, *numbered("cat/", 12), *numbered("dog/deeper/", 8)), image_size=8)

    assert data.facts() == {"image_size": 8, "channels": 3, "classes": 2}
    labels = {int(data.sample(index, np.random.default_rng())["label"]) for index in range(len(data))}
    assert labels == {0, 1}
    for example in data.examples("train"):
        assert example.conditions == {"class": example.name.split("/")[0]}


def test_a_flat_folder_has_no_classes(tmp_path: Path) -> None:
    data = Images(root=put(tmp_path, *numbered("", 5)), image_size=8)

    assert data.facts() == {"image_size": 8, "channels": 3, "classes": 0}
    assert data.sample(0, np.random.default_rng())["label"] == 0
    assert data.examples("test")[0].label is None
    assert data.examples("test")[0].conditions == {}


def test_a_tenth_is_held_out_twice_and_stays_so(tmp_path: Path) -> None:
    put(tmp_path, *numbered("", 40))
    data, again = Images(root=tmp_path), Images(root=tmp_path)

    splits = [names(data, split) for split in ("train", "validation", "test")]

    assert [len(split) for split in splits] == [32, 4, 4]
    assert len(set.union(*splits)) == 40
    assert splits == [names(again, split) for split in ("train", "validation", "test")]


def test_three_images_make_three_splits_and_two_do_not(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "b.png", "c.png")
    assert [len(names(Images(root=tmp_path), split)) for split in ("train", "validation", "test")] == [1, 1, 1]

    (tmp_path / "c.png").unlink()
    with pytest.raises(DataError, match="2 images are too few: at least 3 are needed, since some are held out"):
        Images(root=tmp_path)


@pytest.mark.parametrize("validation", ["validation", "val", "valid"])
def test_splits_of_its_own_are_kept(tmp_path: Path, validation: str) -> None:
    data = Images(root=put(tmp_path, "train/a/1.png", "train/b/2.png", f"{validation}/b/3.png", "test/a/4.png"))

    assert names(data, "train") == {"train/a/1.png", "train/b/2.png"}
    assert [(example.name, example.label) for example in data.examples("validation")] == [(f"{validation}/b/3.png", 1)]
    assert [(example.name, example.label) for example in data.examples("test")] == [("test/a/4.png", 0)]


def test_a_split_that_is_not_there_comes_from_training(tmp_path: Path) -> None:
    data = Images(root=put(tmp_path, *numbered("train/a/", 20), "test/a/x.png"))

    assert len(data) == 18
    assert len(names(data, "validation")) == 2
    assert names(data, "test") == {"test/a/x.png"}


def test_only_some_classes_are_looked_at(tmp_path: Path) -> None:
    put(tmp_path, *numbered("cat/", 4), *numbered("dog/", 4))
    (tmp_path / "empty").mkdir()
    (tmp_path / "cat" / "bad.png").write_text("no picture")

    assert Images(root=tmp_path, only=("dog",)).facts()["classes"] == 1
    with pytest.raises(DataError, match=r"data\.only names 'cow': the classes are 'cat', 'dog', 'empty'"):
        Images(root=tmp_path, only=("cow",))


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    put(tmp_path, *numbered("train/cat/", 4), "train/loose.png", "test/cow/1.png")
    (tmp_path / "train" / "empty").mkdir()
    (tmp_path / "train" / "cat" / "bad.png").write_text("no picture")
    (tmp_path / "train" / "cat" / "nothing.jpg").touch()
    PIL.Image.new("L", (1, 1)).save(tmp_path / "train" / "cat" / "tiny.png")

    with pytest.raises(DataError) as caught:
        Images(root=tmp_path)

    train = tmp_path / "train"
    kinds = "BMP, GIF, JPEG, JPEG2000, PNG, PPM, TIFF, WEBP"
    assert str(caught.value).splitlines() == [
        f"{train / 'empty'}: the class has no image: put some there, or remove the folder.",
        f"{train / 'loose.png'}: an image beside class folders has no class: put it into one (1 such files).",
        f"{train / 'cat' / 'bad.png'}: the file is damaged, or no picture of a known kind ({kinds}).",
        f"{train / 'cat' / 'nothing.jpg'}: the file is damaged, or no picture of a known kind ({kinds}).",
        f"{train / 'cat' / 'tiny.png'}: the picture has 1 x 1 pixels, and at least 2 on each side are needed.",
        f"{tmp_path / 'test'}: there is no training image of 'cow': every class needs its folder in 'train'.",
    ]


def test_a_folder_without_images_and_one_that_is_not_there_are_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").touch()

    with pytest.raises(DataError, match="there is no image in it"):
        Images(root=tmp_path)
    with pytest.raises(DataError, match=r"there is no such folder: set data\.root=PATH to one with images"):
        Images(root=tmp_path / "none")


def test_many_damaged_files_are_counted(tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / f"{number:02d}.png").write_text("no picture")

    with pytest.raises(DataError, match=r"… and 5 more$"):
        Images(root=tmp_path)


def test_of_very_many_files_some_headers_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, *numbered("", 9))
    monkeypatch.setattr(picture_files, "MOST_HEADERS", 3)
    (tmp_path / "001.png").write_text("no picture")
    assert len(Images(root=tmp_path)) == 7

    (tmp_path / "008.png").write_text("no picture")
    with pytest.raises(DataError, match=r"008\.png"):
        Images(root=tmp_path)


def test_a_truncated_picture_is_named_when_it_is_drawn(tmp_path: Path) -> None:
    put(tmp_path, *numbered("", 3))
    for path in tmp_path.iterdir():
        PIL.Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(path)
        path.write_bytes(path.read_bytes()[:4000])
    data = Images(root=tmp_path)

    with pytest.raises(DataError, match=rf"{data.examples('train')[0].name}: the picture cannot be read: "):
        data.sample(0, np.random.default_rng())


def test_the_fingerprint_changes_with_a_file(tmp_path: Path) -> None:
    put(tmp_path, *numbered("", 4))
    before = Images(root=tmp_path).fingerprint()

    assert Images(root=tmp_path).fingerprint() == before
    PIL.Image.new("RGB", (12, 10), "white").save(tmp_path / "002.png")
    assert Images(root=tmp_path).fingerprint() != before


def test_pictures_of_all_modes_stack_into_one_batch(tmp_path: Path) -> None:
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        PIL.Image.new(mode, (5, 9)).save(tmp_path / f"{mode.replace(';', '')}.png")
    PIL.Image.new("CMYK", (5, 9)).save(tmp_path / "CMYK.jpg")
    data = Images(root=tmp_path, channels=1, image_size=16)

    samples = torch.stack([data.sample(index, np.random.default_rng())["real"] for index in range(len(data))])

    assert samples.shape == (6, 1, 16, 16)
