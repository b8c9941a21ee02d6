"""Grids that hold one thing still: latents along a walk between sentences, texts along a row, latents down a column."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from toy_paintings import HELD_OUT, cells, pixels, toy_text, trained_run

from sparring import RecipeError
from sparring_captions.disentangle import Disentangle
from sparring_captions.draw import Draw
from sparring_captions.interpolate_sentences import InterpolateSentences


@pytest.mark.parametrize("kind", ["plain", "first stage"])
def test_a_walk_goes_from_sentence_to_sentence_by_the_latents_of_draw(tmp_path: Path, kind: str) -> None:
    run = trained_run(kind=kind)
    report = InterpolateSentences(run).apply([], tmp_path, text="a red circle", to="a blue square", steps=5, n=3, seed=2)
    for text in ("a red circle", "a blue square"):
        Draw(run).apply([], tmp_path / text[-6:], text=text, n=3, seed=2)

    rows = cells(tmp_path / "interpolation.png", columns=5)
    assert report.written == [tmp_path / "interpolation.png"]
    assert len(rows) == 3
    for walk, row in enumerate(rows):
        assert torch.equal(row[0], pixels(tmp_path / "circle" / "00000-red-circle" / f"{walk:02d}.png"))
        assert torch.equal(row[-1], pixels(tmp_path / "square" / "00000-blue-square" / f"{walk:02d}.png"))
        assert all(torch.equal(row[0][..., 1:], cell[..., 1:]) for cell in row)


def test_the_embedding_goes_straight(tmp_path: Path) -> None:
    save_file({"embeddings": torch.tensor([[-0.8, 0.0], [0.8, 0.4]])}, tmp_path / "ends.safetensors")

    InterpolateSentences(trained_run(reads=False)).apply([], tmp_path, embeddings=tmp_path / "ends.safetensors", steps=5, n=1)

    shades = torch.stack([cell[0, ::2, 0] for cell in cells(tmp_path / "interpolation.png", columns=5)[0]]).float() / 127.5 - 1
    torch.testing.assert_close(shades, torch.tensor([[-0.8, 0.0], [-0.4, 0.1], [0.0, 0.2], [0.4, 0.3], [0.8, 0.4]]), atol=0.01, rtol=0)


@pytest.mark.parametrize("options", [{}, {"text": "a circle"}, {"text": "a circle", "to": "a square", "embeddings": Path("it.npy")}])
def test_a_walk_has_two_ends(tmp_path: Path, options: dict) -> None:
    with pytest.raises(RecipeError) as caught:
        InterpolateSentences(trained_run()).apply([], tmp_path, **options)

    assert str(caught.value) == "say where to begin and end, in one way: text and to, or a file with two embeddings"


def test_ends_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    save_file({"embeddings": torch.zeros(3, 2)}, tmp_path / "it.safetensors")

    with pytest.raises(RecipeError, match=r"^'': it has no letter\n'12': it has no letter$"):
        InterpolateSentences(trained_run()).apply([], tmp_path, text="", to="12")
    with pytest.raises(RecipeError, match=r"it\.safetensors: has 3 embeddings: give the two ends of the walk$"):
        InterpolateSentences(trained_run()).apply([], tmp_path, embeddings=tmp_path / "it.safetensors")


def test_what_is_strange_at_the_ends_is_remarked(tmp_path: Path) -> None:
    report = InterpolateSentences(trained_run()).apply([], tmp_path, text="a red circle", to="a red ring", n=1)

    assert report.remarks == ["'a red ring': the training captions never have the word 'ring'"]


@pytest.mark.parametrize("kind", ["plain", "first stage"])
def test_rows_are_texts_and_columns_are_latents(tmp_path: Path, kind: str) -> None:
    (tmp_path / "content.txt").write_text("a red circle\n!\na blue square\n")
    run = trained_run(kind=kind)

    report = Disentangle(run).apply([], tmp_path, content=tmp_path / "content.txt", n=4)
    Draw(run).apply([], tmp_path, text="a blue square", n=4)

    rows = cells(tmp_path / "disentangled.png", columns=4)
    assert report.written == [tmp_path / "disentangled.png", tmp_path / "captions.txt"]
    assert report.skipped == [("'!'", "it has no letter")]
    assert len(rows) == 2
    for column in range(4):
        assert torch.equal(rows[0][column][..., 1:], rows[1][column][..., 1:])
        assert torch.equal(rows[1][column], pixels(tmp_path / "00000-blue-square" / f"{column:02d}.png"))


def test_a_row_says_one_thing(tmp_path: Path) -> None:
    Disentangle(trained_run()).apply([], tmp_path, n=3)

    for caption, row in zip(HELD_OUT, cells(tmp_path / "disentangled.png", columns=3), strict=True):
        for cell in row:
            torch.testing.assert_close(cell[0, ::2, 0] / 127.5 - 1, toy_text(caption), atol=0.01, rtol=0)
        assert not torch.equal(row[0], row[1])


def test_without_captions_the_held_out_ones_are_taken_even_by_a_run_without_an_encoder(tmp_path: Path) -> None:
    report = Disentangle(trained_run(reads=False)).apply([], tmp_path, n=2)

    assert (tmp_path / "captions.txt").read_text() == "row 1\ta red circle\nrow 2\ta blue square\nrow 3\ta small green star\n"
    assert report.remarks == []


def test_content_comes_in_one_way(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"^say what to draw, in one way: content, or a file of embeddings$"):
        Disentangle(trained_run()).apply([], tmp_path, content=tmp_path / "a.txt", embeddings=tmp_path / "b.npy")
