"""Images out of a trained run: the ones that were asked for, the same every time."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from toy_blobs import SIZE, grey, trained_run

from sparring import RecipeError
from sparring_images.generate import Generate
from sparring_vision import ImageExample


def example(name: str, *, draw: int = 0, label: int | None = None) -> ImageExample:
    return ImageExample(name, draw=draw, label=label, load=lambda: torch.zeros(1, SIZE, SIZE))


def side(pictures: int) -> int:
    """How many pixels so many pictures in a row take, with two between."""
    return pictures * (SIZE + 2) - 2


def test_images_are_numbered_and_shown_together(tmp_path: Path) -> None:
    report = Generate(trained_run()).apply([], tmp_path, n=10)

    assert report.written == [*(tmp_path / f"{number:05d}.png" for number in range(10)), tmp_path / "grid.png"]
    assert grey(tmp_path / "00003.png").shape == (SIZE, SIZE)
    assert grey(tmp_path / "grid.png").shape == (side(2), side(8))


def test_an_image_stays_the_same_however_many_are_drawn_and_in_whatever_batches(tmp_path: Path) -> None:
    Generate(trained_run()).apply([], tmp_path / "few", n=6, batch_size=4)
    Generate(trained_run()).apply([], tmp_path / "many", n=9, batch_size=9)

    for number in range(6):
        assert (tmp_path / "few" / f"{number:05d}.png").read_bytes() == (tmp_path / "many" / f"{number:05d}.png").read_bytes()


def test_another_seed_draws_other_images(tmp_path: Path) -> None:
    Generate(trained_run()).apply([], tmp_path / "0", n=1)
    Generate(trained_run()).apply([], tmp_path / "1", n=1, seed=1)

    assert (tmp_path / "0" / "00000.png").read_bytes() != (tmp_path / "1" / "00000.png").read_bytes()


def test_without_a_label_classes_take_turns_and_with_one_all_images_are_of_it(tmp_path: Path) -> None:
    generate = Generate(trained_run(classes=3))
    generate.apply([], tmp_path / "all", n=5, batch_size=2)
    generate.apply([], tmp_path / "two", n=5, label=2)

    # a picture of class k has k columns that are bright all the way down
    bright = {name: [columns(tmp_path / name / f"{number:05d}.png") for number in range(5)] for name in ("all", "two")}
    assert bright == {"all": [0, 1, 2, 0, 1], "two": [2] * 5}
    assert grey(tmp_path / "all" / "grid.png").shape == (side(2), side(3))


def columns(path: Path) -> int:
    return int((grey(path) == 255).all(dim=0).sum())


def test_a_truncated_run_draws_nearer_to_the_middle(tmp_path: Path) -> None:
    sampler = Generate(trained_run()).sampler

    assert sampler.latents(range(50), truncation=0.5).abs().max() <= 0.5
    assert sampler.latents(range(50)).abs().max() > 2


def test_uniform_latents_cannot_be_truncated(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as error:
        Generate(trained_run(latent="uniform")).apply([], tmp_path, truncation=1.0)

    assert str(error.value) == (
        "truncation: this run draws its latents from a uniform distribution, which has no tails to cut off: leave truncation out"
    )
    assert not list(tmp_path.iterdir())


def test_labels_that_the_run_does_not_have_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"^label: this run draws classes 0 to 2, and 3 is none of them$"):
        Generate(trained_run(classes=3)).apply([], tmp_path, label=3)
    with pytest.raises(RecipeError, match=r"^label: this run knows no classes, so 1 cannot be drawn: leave label out$"):
        Generate(trained_run()).apply([], tmp_path, label=1)


def test_an_answer_goes_by_name_and_draw_and_is_limited_to_full_scale() -> None:
    generate = Generate(trained_run())

    first, again, other_draw, other_name = generate.answers(
        [example("a"), example("a", label=5), example("a", draw=1), example("b")],
    )

    assert first.shape == (1, SIZE, SIZE)
    assert first.dtype == torch.float32
    assert (float(first.min()), float(first.max())) == (-1, 1)
    assert torch.equal(first, again)
    assert not torch.equal(first, other_draw)
    assert not torch.equal(first, other_name)
    torch.testing.assert_close(generate.answer(example("b")), other_name)


def test_an_answer_is_of_the_class_of_the_example() -> None:
    answers = Generate(trained_run(classes=4)).answers([example("a", label=3), example("a", label=0)])

    assert [int((answer[0] == 1).all(dim=0).sum()) for answer in answers] == [3, 0]


def test_a_preview_shows_64_images_or_8_of_each_class(tmp_path: Path) -> None:
    plain = Generate(trained_run()).preview([], tmp_path / "plain")
    classes = Generate(trained_run(classes=3)).preview([], tmp_path / "classes")

    grid = grey(classes[0])
    assert grey(plain[0]).shape == (side(8), side(8))
    assert grid.shape == (side(3), side(8))
    assert not torch.equal(grid[:SIZE, :SIZE], grid[:SIZE, SIZE + 2 : 2 * SIZE + 2])
    # one column, one latent: below the class's own columns the pictures are alike
    assert torch.equal(grid[:SIZE, 3:SIZE], grid[SIZE + 2 : 2 * SIZE + 2, 3:SIZE])
