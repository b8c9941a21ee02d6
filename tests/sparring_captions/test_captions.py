"""Captions and embeddings in files, and captions in the names of folders."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st
from safetensors.torch import save_file

from sparring import DataError
from sparring_captions.captions import read_captions, slug, words, write_rows
from sparring_captions.embedding_file import read_embeddings


def test_captions_stand_one_a_line(tmp_path: Path) -> None:
    (tmp_path / "it.txt").write_bytes("\ufeffa red\tcircle \r\n\r\n  \n'Ein großer' Stern".encode())

    assert read_captions(tmp_path / "it.txt") == ["a red circle", "'Ein großer' Stern"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\n \n", "has no caption: write one a line"),
        (b"a bird\xff", "is no text in UTF-8: save it as such, with one caption a line"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_file_without_captions_is_refused(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "it.txt"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(DataError) as caught:
        read_captions(path)

    assert str(caught.value) == f"{path}: {says}"


@pytest.mark.parametrize(
    ("caption", "name"),
    [
        ("a small red circle above a blue square", "small-red-circle-above-a"),
        ("The Café's 2 stars!", "cafe-s-2-stars"),
        ("a", "a"),
        ("../../etc/passwd", "etc-passwd"),
        ("donaudampfschifffahrtsgesellschaft", "donaudampfschifffahrtsge"),
        ("красный круг", ""),
    ],
)
def test_a_folder_is_named_after_the_first_words(caption: str, name: str) -> None:
    assert slug(caption) == name


@given(st.text())
def test_any_caption_names_a_folder_safely(caption: str) -> None:
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", slug(caption))
    assert len(slug(caption)) <= 24


def test_words_are_letters_in_lower_case() -> None:
    assert words("A sky-blue Ring, 2 stars_and 'més'") == ["a", "sky", "blue", "ring", "stars", "and", "més"]


def test_a_row_stays_in_one_line(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "new" / "captions.txt", [("first", "one\ttwo\nthree"), ("second", "half \ud800")])

    assert path.read_text() == "first\tone two three\nsecond\thalf ?\n"
    assert [file.name for file in path.parent.iterdir()] == ["captions.txt"]


def test_embeddings_are_the_only_tensor_or_the_one_of_that_name(tmp_path: Path) -> None:
    save_file({"vectors": torch.ones(2, 3).half()}, tmp_path / "one.safetensors")
    np.save(tmp_path / "big.npy", np.ones((2, 3), dtype=">f8"))

    assert torch.equal(read_embeddings(tmp_path / "one.safetensors"), torch.ones(2, 3))
    assert torch.equal(read_embeddings(tmp_path / "big.npy"), torch.ones(2, 3))


def saved(values: np.ndarray, **options: bool) -> bytes:
    file = io.BytesIO()
    np.save(file, values, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("it.txt", b"", "embeddings are read from .safetensors and .npy files"),
        ("it.npy", b"\x93NUMPY", "is damaged, or no .npy file of numbers: "),
        ("it.npy", saved(np.array([{}], dtype=object), allow_pickle=True), "is damaged, or no .npy file of numbers: "),
        ("it.npy", saved(np.zeros((4, 4)))[:-1], "is damaged, or no .npy file of numbers: "),
        (
            "it.npy",
            saved(np.zeros((2, 3, 4))),
            "embeddings are floating-point numbers, captions x width, and these are 2 x 3 x 4 of torch.float64",
        ),
        (
            "it.npy",
            saved(np.zeros((2, 3), dtype=int)),
            "embeddings are floating-point numbers, captions x width, and these are 2 x 3 of torch.int64",
        ),
        ("it.npy", saved(np.array([[1e300]])), "the embeddings contain NaN or infinity"),
        ("it.safetensors", b"\x00" * 40, "is damaged, or no safetensors file: "),
        ("absent.npy", None, "there is no such file"),
    ],
)
def test_embeddings_that_cannot_be_used_are_refused(tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(DataError) as caught:
        read_embeddings(path)

    assert str(caught.value).startswith(f"{path}: {says}")


def test_of_several_tensors_one_is_called_embeddings(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1, 2), "b": torch.zeros(1, 2)}, tmp_path / "it.safetensors")

    with pytest.raises(DataError, match=r"has 2 tensors and none called 'embeddings': keep the wanted one under that name$"):
        read_embeddings(tmp_path / "it.safetensors")
