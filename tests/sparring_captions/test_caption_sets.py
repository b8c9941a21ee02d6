"""The layouts in which captioned images are published, and folders of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch
from toy_captions import BIRDS, birds, folder, put, write

from sparring import DataError
from sparring_captions import coco as coco_set
from sparring_captions.caption_folder import caption_folder
from sparring_captions.caption_source import CaptionSource
from sparring_captions.coco import coco
from sparring_captions.cub import cub
from sparring_captions.oxford import oxford


def names(source: CaptionSource, split: Any) -> list[str]:
    pictures = source.splits[split]
    return [pictures.name(number) for number in range(len(pictures))]


def one_each(count: int, place: str = "") -> dict[str, tuple[str, ...]]:
    return {f"{place}{number:02d}.png": (f"thing {place}{number}",) for number in range(count)}


def flowers(root: Path) -> Path:
    for number, kind in ((1, 77), (2, 77), (3, 5), (4, 5), (5, 9)):
        put(root / "jpg" / f"image_{number:05d}.jpg")
        write(root / "text_c10" / f"class_{kind:05d}" / f"image_{number:05d}.txt", f"flower {number}")
    write(root / "trainvalclasses.txt", "class_00077", "class_00005")
    write(root / "testclasses.txt", "class_00009")
    return root


def photographs(root: Path, *, count: int = 6) -> Path:
    for part in ("train2014", "val2014"):
        files = [{"id": number, "file_name": f"COCO_{part}_{number:012d}.jpg"} for number in range(1, count + 1)]
        said = [
            {"image_id": number, "caption": f" photo {number}\n of  {part} {line}"} for number in range(1, count + 1) for line in range(2)
        ]
        for file in files:
            put(root / part / str(file["file_name"]))
        write(root / "annotations" / f"captions_{part}.json", json.dumps({"images": files, "annotations": said}))
    return root


def test_captions_lie_beside_the_images_a_line_each(tmp_path: Path) -> None:
    source = caption_folder(folder(tmp_path, {**one_each(3), "train.png": ("a  bird ", "", "one bird")}))

    said = {pictures.name(n): pictures.captions(n) for pictures in source.splits.values() for n in range(len(pictures))}

    assert said["train.png"] == ("a bird", "one bird")
    assert len(said) == 4


def test_a_tenth_of_a_folder_is_held_out_twice_and_stays_so(tmp_path: Path) -> None:
    folder(tmp_path, one_each(20))
    source, again = caption_folder(tmp_path), caption_folder(tmp_path)

    splits = [names(source, split) for split in ("train", "validation", "test")]

    assert [len(split) for split in splits] == [16, 2, 2]
    assert len({name for split in splits for name in split}) == 20
    assert sorted([*splits[1], *splits[2]]) != ["00.png", "01.png", "02.png", "03.png"]
    assert splits == [names(again, split) for split in ("train", "validation", "test")]


def test_splits_of_its_own_are_kept(tmp_path: Path) -> None:
    source = caption_folder(folder(tmp_path, {**one_each(4, "train/"), **one_each(2, "val/"), **one_each(3, "test/deeper/")}))

    assert {split: len(pictures) for split, pictures in source.splits.items()} == {"train": 4, "validation": 2, "test": 3}
    assert names(source, "test")[0] == "test/deeper/00.png"


def test_subfolders_are_classes_and_loose_images_are_each_of_their_own(tmp_path: Path) -> None:
    told = {
        **one_each(2, "train/cat/"),
        **one_each(2, "train/dog/"),
        **one_each(2, "train/"),
        **one_each(1, "test/cat/"),
        **one_each(1, "val/dog/"),
    }
    source = caption_folder(folder(tmp_path, told))

    labels = {pictures.name(n): int(pictures.labels[n]) for pictures in source.splits.values() for n in range(len(pictures))}

    assert labels["train/cat/00.png"] == labels["train/cat/01.png"] == labels["test/cat/00.png"]
    assert labels["train/dog/00.png"] == labels["val/dog/00.png"]
    assert len(set(labels.values())) == 4


def test_images_in_one_folder_are_of_the_same_class_only_if_they_say_the_same(tmp_path: Path) -> None:
    told = {**one_each(3, "train/all/"), "train/all/10.png": ("thing train/all/1",), **one_each(1, "test/"), **one_each(1, "val/")}
    pictures = caption_folder(folder(tmp_path, told)).splits["train"]

    assert pictures.labels[1] == pictures.labels[3]
    assert len(set(pictures.labels.tolist())) == 3


def test_every_problem_of_a_folder_is_named_at_once(tmp_path: Path) -> None:
    folder(tmp_path, one_each(3))
    put(tmp_path / "silent.png")
    write(put(tmp_path / "speechless.png").with_suffix(".txt"))
    write(put(tmp_path / "strange.png").with_suffix(".txt")).write_bytes(b"caf\xe9")

    with pytest.raises(DataError) as caught:
        caption_folder(tmp_path)

    assert str(caught.value).splitlines() == [
        f"{tmp_path / 'silent.png'}: has no captions: write them into silent.txt beside it, one a line.",
        f"{tmp_path / 'speechless.txt'}: has no caption: write one a line.",
        f"{tmp_path / 'strange.txt'}: is no text in UTF-8: save it as such, with one caption a line.",
    ]


def test_damaged_images_of_a_folder_are_named(tmp_path: Path) -> None:
    folder(tmp_path, one_each(4))
    (tmp_path / "02.png").write_text("no picture")

    with pytest.raises(DataError, match=r"02\.png: the file is damaged"):
        caption_folder(tmp_path)


def test_birds_are_split_by_class(tmp_path: Path) -> None:
    source = cub(birds(tmp_path))

    training = [*names(source, "train"), *names(source, "validation")]
    assert len(names(source, "validation")) == 1
    assert {Path(name).parent.name for name in training} == set(BIRDS[:2])
    assert {Path(name).parent.name for name in names(source, "test")} == {BIRDS[2]}
    assert source.splits["test"].captions(1) == ("caption 0 of Crow_0001", "caption 1 of Crow_0001")
    assert len(set(source.splits["train"].labels.tolist())) == 2


@pytest.mark.parametrize(("texts", "lists"), [("text", "."), ("cvpr2016_cub/text_c10", "cvpr2016_cub")])
def test_birds_in_other_layouts_are_the_same(tmp_path: Path, texts: str, lists: str) -> None:
    source, other = cub(birds(tmp_path / "one")), cub(birds(tmp_path / "two", texts=texts, lists=lists))

    assert names(other, "train") == names(source, "train")
    assert other.splits["train"].captions(0) == source.splits["train"].captions(0)


def test_birds_fill_their_pictures(tmp_path: Path) -> None:
    root = birds(tmp_path)
    pixels = np.zeros((20, 40, 3), dtype=np.uint8)
    pixels[4:16, 14:26] = 255  # a square of 1.5 times 8 around the middle of the box
    PIL.Image.fromarray(pixels).save(root / "CUB_200_2011" / "images" / BIRDS[2] / "Crow_0000.jpg", quality=100, subsampling=0)
    test = cub(root).splits["test"]

    picture = test.read(0, image_size=8, channels=3)

    assert picture.min() > 0.95
    assert test.read(1, image_size=8, channels=3).shape == (3, 8, 8)


def test_the_box_of_a_bird_at_the_edge_ends_there(tmp_path: Path) -> None:
    root = birds(tmp_path)
    boxes = root / "CUB_200_2011" / "bounding_boxes.txt"
    boxes.write_text(boxes.read_text().replace("9 16.0 8.0 8.0 4.0", "9 0.0 0.0 20.0 10.0"))
    pixels = np.zeros((20, 40, 3), dtype=np.uint8)
    pixels[:20, :25] = 255
    PIL.Image.fromarray(pixels).save(root / "CUB_200_2011" / "images" / BIRDS[2] / "Crow_0000.jpg", quality=100, subsampling=0)

    picture = cub(root).splits["test"].read(0, image_size=8, channels=3)

    assert picture.min() > 0.9


def test_birds_without_lists_of_classes_are_refused(tmp_path: Path) -> None:
    root = birds(tmp_path)
    (root / "testclasses.txt").unlink()

    with pytest.raises(DataError, match=r"put trainvalclasses\.txt and testclasses\.txt there"):
        cub(root)


def test_a_class_in_both_lists_is_refused(tmp_path: Path) -> None:
    write(birds(tmp_path) / "testclasses.txt", BIRDS[1])

    with pytest.raises(DataError, match=r"testclasses\.txt: '002\.Auklet' is for training too"):
        cub(tmp_path)


def test_the_lists_of_training_and_validation_classes_count_together(tmp_path: Path) -> None:
    root = birds(tmp_path)
    (root / "trainvalclasses.txt").unlink()
    write(root / "trainclasses.txt", BIRDS[0])
    write(root / "valclasses.txt", BIRDS[1])

    assert len(cub(root).splits["train"]) == 7


def test_missing_boxes_and_captions_of_birds_are_named(tmp_path: Path) -> None:
    root = birds(tmp_path)
    (root / "text_c10" / BIRDS[0] / "Albatross_0002.txt").unlink()
    boxes = root / "CUB_200_2011" / "bounding_boxes.txt"
    boxes.write_text("\n".join(boxes.read_text().splitlines()[:-1]))

    with pytest.raises(DataError) as caught:
        cub(root)

    first, second = str(caught.value).splitlines()
    assert first.endswith("Albatross_0002.txt: cannot be read: No such file or directory.")
    assert second == f"{boxes}: picture 12 (003.Crow/Crow_0003.jpg) has no box."


def test_a_folder_without_birds_says_what_is_looked_for(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no CUB_200_2011/images\.txt or images\.txt in it: set data\.root=PATH"):
        cub(tmp_path)


def test_flowers_are_of_the_class_of_their_captions(tmp_path: Path) -> None:
    source = oxford(flowers(tmp_path))

    assert sorted([*names(source, "train"), *names(source, "validation")]) == [f"jpg/image_{number:05d}.jpg" for number in range(1, 5)]
    assert names(source, "test") == ["jpg/image_00005.jpg"]
    assert source.splits["test"].captions(0) == ("flower 5",)


def test_a_flower_without_its_picture_is_named(tmp_path: Path) -> None:
    (flowers(tmp_path) / "jpg" / "image_00002.jpg").unlink()

    with pytest.raises(DataError, match=r"image_00002\.jpg: there is no such file"):
        oxford(tmp_path)


def test_photographs_are_each_of_their_own_class(tmp_path: Path) -> None:
    source = coco(photographs(tmp_path))

    assert {split: len(pictures) for split, pictures in source.splits.items()} == {"train": 5, "validation": 1, "test": 6}
    assert names(source, "test")[2] == "val2014/COCO_val2014_000000000003.jpg"
    assert source.splits["test"].captions(2) == ("photo 3 of val2014 0", "photo 3 of val2014 1")
    assert len({int(label) for pictures in source.splits.values() for label in pictures.labels}) == 12


def test_of_very_many_photographs_some_are_for_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coco_set, "MOST_TESTED", 4)

    assert len(coco(photographs(tmp_path)).splits["test"]) == 4


def test_photographs_that_are_missing_or_silent_are_counted(tmp_path: Path) -> None:
    root = photographs(tmp_path)
    (root / "train2014" / "COCO_train2014_000000000002.jpg").unlink()
    with pytest.raises(DataError, match=r"1 of its photographs, 'COCO_train2014_000000000002\.jpg' for one, are not in .*train2014"):
        coco(root)

    write(root / "annotations" / "captions_train2014.json", "{}")
    with pytest.raises(DataError, match=r"is no file of COCO's captions \(KeyError: 'images'\)"):
        coco(root)


def test_the_fingerprint_changes_with_a_caption_and_with_a_box(tmp_path: Path) -> None:
    root = birds(tmp_path)
    before = cub(root).splits["test"].fingerprint()
    assert cub(root).splits["test"].fingerprint() == before

    write(root / "text_c10" / BIRDS[2] / "Crow_0000.txt", "a crow")
    spoken = cub(root).splits["test"].fingerprint()
    boxes = root / "CUB_200_2011" / "bounding_boxes.txt"
    boxes.write_text(boxes.read_text().replace("12 16.0", "12 15.0"))

    assert len({before, spoken, cub(root).splits["test"].fingerprint()}) == 3


def test_a_scene_in_grey_is_its_mean() -> None:
    from sparring_captions.scene_pictures import ScenePictures
    from sparring_captions.scene_source import SceneDraws

    pictures = ScenePictures(SceneDraws("train"), count=1)

    assert torch.equal(pictures.read(0, image_size=8, channels=1)[0], pictures.read(0, image_size=8, channels=3).mean(dim=0))
