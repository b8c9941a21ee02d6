"""Walks between latents: from one sample to the other, without leaving the sphere that normal latents live near."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from toy_blobs import SIZE, grey, trained_run

from sparring_images.generate import Generate
from sparring_images.interpolate import Interpolate, slerp


def test_a_quarter_circle_is_walked_at_even_speed() -> None:
    first, second = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 2.0]])

    third = slerp(first, second, 1 / 3)

    torch.testing.assert_close(third, torch.tensor([[3**0.5, 1.0]]))


def test_a_walk_begins_and_ends_at_its_samples_and_keeps_length_and_shape() -> None:
    first, second = torch.randn(2, 5, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    second *= (first.flatten(1).norm(dim=1) / second.flatten(1).norm(dim=1)).view(-1, 1, 1, 1)

    ends = slerp(first, second, 0.0), slerp(first, second, 1.0)
    middle = slerp(first, second, 0.4)

    torch.testing.assert_close(ends, (first, second))
    torch.testing.assert_close(middle.flatten(1).norm(dim=1), first.flatten(1).norm(dim=1))


@pytest.mark.parametrize("factor", [1.0, 3.0, -1.0])
def test_latents_on_one_line_are_interpolated_straight(factor: float) -> None:
    first = torch.tensor([[0.3, -0.4, 1.2]])

    torch.testing.assert_close(slerp(first, factor * first, 0.25), (0.75 + 0.25 * factor) * first)


@pytest.mark.parametrize("latent", ["normal", "uniform"])
def test_each_row_is_a_walk_between_two_samples_of_the_seed(tmp_path: Path, latent: str) -> None:
    Interpolate(trained_run(latent=latent)).apply([], tmp_path, n=3, steps=5, seed=4)
    Generate(trained_run(latent=latent)).apply([], tmp_path, n=6, seed=4)

    strip = grey(tmp_path / "interpolation.png")
    rows = [strip[at : at + SIZE] for at in range(0, 3 * (SIZE + 2), SIZE + 2)]
    assert strip.shape == (3 * (SIZE + 2) - 2, 5 * (SIZE + 2) - 2)
    for walk, row in enumerate(rows):
        assert torch.equal(row[:, :SIZE], grey(tmp_path / f"{2 * walk:05d}.png"))
        assert torch.equal(row[:, -SIZE:], grey(tmp_path / f"{2 * walk + 1:05d}.png"))


def test_a_walk_stays_in_its_class(tmp_path: Path) -> None:
    Interpolate(trained_run(classes=3)).apply([], tmp_path, n=3, steps=4, batch_size=5)

    strip = grey(tmp_path / "interpolation.png")
    for walk in range(3):
        row = strip[walk * (SIZE + 2) : walk * (SIZE + 2) + SIZE]
        pictures = [row[:, at : at + SIZE] for at in range(0, 4 * (SIZE + 2), SIZE + 2)]
        assert [int((picture == 255).all(dim=0).sum()) for picture in pictures] == [walk] * 4
