"""Files of captions as files of embeddings, in whatever folders they lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from sparring import Example, RecipeError, Trained
from sparring_captions.char_cnn_rnn import CharCnnRnn
from sparring_captions.encode_captions import EncodeCaptions


@dataclass(frozen=True)
class Captioned(Example):
    captions: tuple[str, ...] = ()


def closed() -> Any:
    raise AssertionError("captions are encoded without the data")


@pytest.fixture
def application() -> EncodeCaptions:
    torch.manual_seed(0)
    networks = {"text_encoder": CharCnnRnn(characters=48, widths=(4, 4, 4), width=3).eval()}
    return EncodeCaptions(Trained(networks, task={}, data={}, device=torch.device("cpu"), open_data=closed))


def test_every_line_of_a_file_becomes_a_row_and_blank_lines_do_not(application: EncodeCaptions, tmp_path: Path) -> None:
    (tmp_path / "birds.txt").write_text("\na red bird\n\n  a blue bird \n", encoding="utf-8-sig")

    report = application.apply([tmp_path / "birds.txt"], tmp_path / "out")

    target = tmp_path / "out" / "birds.safetensors"
    assert report.written == [target]
    torch.testing.assert_close(load_file(target), {"embeddings": application.encoder.encode(["a red bird", "a blue bird"])})


def test_the_tree_of_a_folder_is_kept(application: EncodeCaptions, tmp_path: Path) -> None:
    for name in ("one/bird.txt", "two/bird.txt", "two/notes.md"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text("a bird")

    report = application.apply([tmp_path / "in"], tmp_path / "out")

    assert [path.relative_to(tmp_path / "out").as_posix() for path in report.written] == ["one/bird.safetensors", "two/bird.safetensors"]


def test_files_that_cannot_be_used_are_named_and_the_others_written(application: EncodeCaptions, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("a bird\na " + "very " * 10 + "red bird\n" + "b" * 49)
    (tmp_path / "blank.txt").write_text("\n \n")
    (tmp_path / "numbers.txt").write_text("a bird\n12\n")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\xff")
    names = ("good.txt", "blank.txt", "numbers.txt", "picture.txt", "missing.txt")

    report = application.apply([tmp_path / name for name in names], tmp_path / "out")

    assert report.written == [tmp_path / "out" / "good.safetensors"]
    assert report.remarks == [f"{tmp_path / 'good.txt'}: caption 2: only the first 48 of 60 characters are read (and so with 1 more)"]
    assert report.skipped == [
        (str(tmp_path / "blank.txt"), "has no caption: write one a line"),
        (str(tmp_path / "numbers.txt"), "caption 2 ('12'): it has no letter that the encoder knows: write it in English"),
        (str(tmp_path / "picture.txt"), "is no text in UTF-8: save it as such, with one caption a line"),
        (str(tmp_path / "missing.txt"), "cannot be read: No such file or directory"),
    ]


def test_two_files_for_one_place_and_an_empty_folder_are_refused(application: EncodeCaptions, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bird.txt").write_text("a bird")
    (tmp_path / "none").mkdir()

    with pytest.raises(RecipeError, match=r"would both be written to .*bird.safetensors: give them one after the other"):
        application.apply([tmp_path / "one" / "bird.txt", tmp_path / "two" / "bird.txt"], tmp_path / "out")
    with pytest.raises(RecipeError, match=r"none: has no .txt files: give text files with one caption a line"):
        application.apply([tmp_path / "none"], tmp_path / "out")


def test_an_example_is_answered_by_the_embedding_of_its_first_caption(application: EncodeCaptions) -> None:
    examples = [Captioned(name, captions=(f"a {name} bird", "any bird")) for name in ("red", "blue")]

    answers = application.answers(examples)

    torch.testing.assert_close(torch.stack(list(answers)), application.encoder.encode(["a red bird", "a blue bird"]))
    torch.testing.assert_close(application.answer(examples[1]), answers[1])
