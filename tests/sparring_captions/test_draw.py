"""Captions become folders of images, the same every time; what cannot be read is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from toy_paintings import HELD_OUT, cells, example, pixels, trained_run

from sparring import DataError, RecipeError
from sparring_captions.draw import Draw


def test_a_text_is_drawn_into_a_folder_of_its_first_words_and_a_grid(tmp_path: Path) -> None:
    report = Draw(trained_run()).apply([], tmp_path, text="a  red circle\nand a blue square", n=9)

    folder = tmp_path / "00000-red-circle-and-a-blue"
    assert report.written == [*(folder / f"{number:02d}.png" for number in range(9)), tmp_path / "captions.txt", tmp_path / "grid.png"]
    assert (tmp_path / "captions.txt").read_text() == "00000-red-circle-and-a-blue\ta red circle and a blue square\n"
    for number, cell in enumerate(cells(tmp_path / "grid.png", columns=8)[0]):
        assert torch.equal(cell, pixels(folder / f"{number:02d}.png"))
    assert (report.skipped, report.remarks) == ([], [])


def test_an_image_stays_the_same_whatever_else_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "captions.txt").write_text("a blue square\n\n  a red circle  \n")
    Draw(trained_run()).apply([], tmp_path / "alone", text="a red circle", n=3)
    Draw(trained_run()).apply([], tmp_path / "many", captions=tmp_path / "captions.txt", n=5, batch_size=4)
    Draw(trained_run()).apply([], tmp_path / "other", text="a red circle", n=3, seed=1)

    for number in range(3):
        alone = (tmp_path / "alone" / "00000-red-circle" / f"{number:02d}.png").read_bytes()
        assert alone == (tmp_path / "many" / "00001-red-circle" / f"{number:02d}.png").read_bytes()
        assert alone != (tmp_path / "other" / "00000-red-circle" / f"{number:02d}.png").read_bytes()


def test_a_caption_that_cannot_be_read_leaves_a_gap_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "captions.txt").write_text("a red circle\n17\nred\n")

    report = Draw(trained_run()).apply([], tmp_path / "out", captions=tmp_path / "captions.txt", n=2)

    assert report.skipped == [("'17'", "it has no letter")]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["00000-red-circle", "00002-red", "captions.txt", "grid.png"]
    assert (tmp_path / "out" / "captions.txt").read_text() == "00000-red-circle\ta red circle\n00002-red\tred\n"


def test_where_nothing_can_be_read_nothing_is_written(tmp_path: Path) -> None:
    report = Draw(trained_run()).apply([], tmp_path / "out", text="")

    assert (report.written, report.skipped) == ([], [("''", "it has no letter")])
    assert not (tmp_path / "out").exists()


def test_what_is_not_seen_and_words_that_training_never_had_are_remarked(tmp_path: Path) -> None:
    long = "a red circle and a red circle and a red circle and a red circle"

    hexagons = Draw(trained_run()).apply([], tmp_path, text="A shiny Red hexagon 7 and a hexagon", n=1)
    endless = Draw(trained_run()).apply([], tmp_path, text=long, n=1)
    untold = Draw(trained_run(words="")).apply([], tmp_path, text="a hexagon", n=1)

    assert hexagons.remarks == ["'A shiny Red hexagon 7 and a hexagon': the training captions never have the words 'shiny', 'hexagon'"]
    assert endless.remarks == [f"'{long[:59]}…': only the first 60 of 63 characters are read"]
    assert untold.remarks == []


@pytest.mark.parametrize("options", [{}, {"text": "a circle", "captions": Path("some.txt")}])
def test_what_to_draw_is_told_in_exactly_one_way(tmp_path: Path, options: dict) -> None:
    with pytest.raises(RecipeError) as caught:
        Draw(trained_run()).apply([], tmp_path, **options)

    assert str(caught.value) == "say what to draw, in one way: a text, a file of captions, or a file of embeddings"


def test_a_run_without_an_encoder_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        Draw(trained_run(reads=False)).apply([], tmp_path, text="a red circle")

    assert str(caught.value) == (
        "this run was trained on embeddings from files, and has no encoder to read captions with: "
        "encode them as the run's were, and give the file as --embeddings"
    )


@pytest.mark.parametrize("suffix", ["safetensors", "npy"])
def test_embeddings_are_drawn_without_an_encoder(tmp_path: Path, suffix: str) -> None:
    embeddings, path = torch.tensor([[1 / 5, 3 / 8], [0.1, 0.9]]), tmp_path / f"it.{suffix}"
    if suffix == "npy":
        np.save(path, embeddings.double().numpy())
    else:
        save_file({"embeddings": embeddings, "others": embeddings + 1}, path)

    Draw(trained_run()).apply([], tmp_path / "read", text="a red circle", n=1)
    Draw(trained_run(reads=False)).apply([], tmp_path / "given", embeddings=path, n=1)

    read, given = tmp_path / "read" / "00000-red-circle" / "00.png", tmp_path / "given" / "00000-embedding-0" / "00.png"
    assert read.read_bytes() == given.read_bytes()
    assert (tmp_path / "given" / "captions.txt").read_text() == "00000-embedding-0\tembedding 0\n00001-embedding-1\tembedding 1\n"


def test_embeddings_of_another_width_are_refused(tmp_path: Path) -> None:
    save_file({"embeddings": torch.zeros(3, 5)}, tmp_path / "it.safetensors")

    with pytest.raises(DataError) as caught:
        Draw(trained_run()).apply([], tmp_path, embeddings=tmp_path / "it.safetensors")

    assert str(caught.value) == f"{tmp_path}/it.safetensors: its embeddings have 5 numbers each, and this run was trained on 2"


def test_a_grid_shows_20_captions_at_most(tmp_path: Path) -> None:
    (tmp_path / "captions.txt").write_text("a red circle\n" * 22)

    Draw(trained_run()).apply([], tmp_path, captions=tmp_path / "captions.txt", n=1)

    assert len(cells(tmp_path / "grid.png", columns=1)) == 20
    assert len(list(tmp_path.glob("*-red-circle"))) == 22


def test_an_answer_is_limited_to_full_scale() -> None:
    answers = Draw(trained_run()).answers([example("a red circle", draw=draw) for draw in range(40)])

    assert max(float(answer.max()) for answer in answers) == 1
    assert answers[0].shape == (3, 4, 4)
    assert torch.equal(Draw(trained_run()).answer(example("a red circle", draw=3)), answers[3])


def test_a_preview_shows_each_real_image_before_seven_drawn_ones(tmp_path: Path) -> None:
    draw = Draw(trained_run())
    examples = [example(caption) for caption in HELD_OUT]

    grid, captions = draw.preview(examples, tmp_path)

    rows = cells(grid, columns=8)
    assert len(rows) == 3
    assert all((row[0] == 128).all() for row in rows)
    assert all(not torch.equal(row[1], row[place]) for row in rows for place in (0, *range(2, 8)))
    answered = ((draw.answer(examples[1]) + 1) * 127.5).round()
    torch.testing.assert_close(rows[1][1].permute(2, 0, 1).float(), answered, atol=1, rtol=0)
    assert captions.read_text().splitlines()[2] == "a small green star\ta small green star"
