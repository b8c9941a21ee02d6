"""Embeddings that were made elsewhere, and which picture they are of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from sparring import DataError
from sparring_captions.stored_embeddings import stored_embeddings


def rows(number: float, *, width: int = 3) -> torch.Tensor:
    return torch.full((2, width), float(number))


def found(root: Path, *names: str) -> list[float] | None:
    """The first number of the embeddings of each picture."""
    embeddings = stored_embeddings(root, [root / name for name in names])
    return None if embeddings is None else [float(one[0, 0]) for one in embeddings]


def test_without_files_there_are_none(tmp_path: Path) -> None:
    assert found(tmp_path, "a.png", "b.png") is None


def test_a_picture_has_the_tensor_that_is_called_like_the_end_of_its_path(tmp_path: Path) -> None:
    save_file({"a": rows(1), "x/a": rows(2), "y/a": rows(3), "b.c": rows(4)}, tmp_path / "embeddings.safetensors")

    assert found(tmp_path, "images/x/a.jpg", "y/a.png", "images/b.c.jpg") == [2, 3, 4]


def test_a_picture_whose_name_is_alone_may_lie_in_another_folder(tmp_path: Path) -> None:
    save_file({"class_00077/image_00001": rows(1), "class_00005/image_00002": rows(2)}, tmp_path / "embeddings.safetensors")

    assert found(tmp_path, "jpg/image_00002.jpg", "jpg/image_00001.jpg") == [2, 1]


def test_files_beside_the_pictures_are_read(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones((4, 3)))
    save_file({"embeddings": rows(2)}, tmp_path / "b.safetensors")

    assert found(tmp_path, "a.png", "b.png") == [1, 2]


def test_half_precision_is_widened(tmp_path: Path) -> None:
    save_file({"a": rows(1).half()}, tmp_path / "embeddings.safetensors")

    embeddings = stored_embeddings(tmp_path, [tmp_path / "a.png"])

    assert embeddings is not None
    assert embeddings[0].dtype == torch.float32


def test_a_tensor_that_may_be_of_two_pictures_is_refused(tmp_path: Path) -> None:
    save_file({"a": rows(1)}, tmp_path / "embeddings.safetensors")

    with pytest.raises(DataError, match=r"'a' may be of x/a\.png and y/a\.png: name its tensors by the paths of the pictures"):
        found(tmp_path, "x/a.png", "y/a.png")


def test_pictures_without_embeddings_among_others_are_named(tmp_path: Path) -> None:
    save_file({"a": rows(1)}, tmp_path / "embeddings.safetensors")

    with pytest.raises(
        DataError, match=r"b\.png: there are no embeddings of its captions, nor for 1 other pictures, though others have some"
    ):
        found(tmp_path, "a.png", "b.png", "c.png")


@pytest.mark.parametrize(
    ("tensors", "sentence"),
    [
        ({"a": rows(1), "b": rows(1, width=4)}, "some embeddings have 3 numbers, others 4: encode all captions by one encoder"),
        ({"a": rows(1), "b": torch.ones(3)}, "'b': embeddings are numbers, captions x width, and these are 3 of torch.float32"),
        ({"a": rows(1), "b": torch.ones(2, 3).long()}, "'b': embeddings are numbers, captions x width, and these are 2 x 3 of torch.int64"),
        ({"a": rows(1), "b": rows(float("nan"))}, "'b': the embeddings contain NaN or infinity"),
    ],
)
def test_embeddings_that_are_none_are_refused(tmp_path: Path, tensors: dict[str, torch.Tensor], sentence: str) -> None:
    save_file(tensors, tmp_path / "embeddings.safetensors")

    with pytest.raises(DataError, match=sentence):
        found(tmp_path, "a.png", "b.png")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "embeddings.safetensors").write_bytes(b"nothing")

    with pytest.raises(DataError, match=r"embeddings\.safetensors: is damaged, or no safetensors file"):
        found(tmp_path, "a.png")
