"""Pictures in files, and in grids."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import PIL.Image
import pytest
import torch

from sparring import DataError
from sparring_vision import from_pixels, image_grid, read_image, save_image, to_pixels


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB")])
def test_a_saved_picture_comes_back_exactly(tmp_path: Path, channels: int, mode: str) -> None:
    image = from_pixels(torch.randint(0, 256, (channels, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)))

    path = save_image(image, tmp_path / "new" / "a.png")

    with PIL.Image.open(path) as written:
        assert written.mode == mode
    assert torch.equal(read_image(path, image_size=16, channels=channels), image)  # pyright: ignore[reportArgumentType]
    assert os.listdir(path.parent) == ["a.png"]


def test_every_pixel_survives_the_way_to_a_tensor_and_back() -> None:
    pixels = torch.arange(256, dtype=torch.uint8)

    assert torch.equal(to_pixels(from_pixels(pixels)), pixels)


def test_what_is_outside_is_clipped() -> None:
    assert to_pixels(torch.tensor([-3.0, -1.0, 1.0, 3.0])).tolist() == [0, 0, 255, 255]


def test_pictures_that_cannot_be_written_say_why(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.png: .* contains NaN or infinity"):
        save_image(torch.full((1, 2, 2), torch.nan), tmp_path / "a.png")
    with pytest.raises(DataError, match=r"has 1 or 3 channels, and the one to be written has 2"):
        save_image(torch.zeros(2, 2, 2), tmp_path / "a.png")
    with pytest.raises(DataError, match=r"give the file the suffix \.png"):
        save_image(torch.zeros(1, 2, 2), tmp_path / "a.jpg")
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="the file cannot be written"):
        save_image(torch.zeros(1, 2, 2), tmp_path / "file" / "a.png")
    assert os.listdir(tmp_path) == ["file"]


def test_a_full_disk_leaves_the_picture_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = save_image(torch.zeros(1, 2, 2), tmp_path / "a.png").read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match=r"a\.png: the file cannot be written: No space left on device\."):
        save_image(torch.ones(1, 2, 2), tmp_path / "a.png")

    assert os.listdir(tmp_path) == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == before


def test_a_grid_fills_its_rows_one_after_the_other() -> None:
    images = torch.stack([torch.full((1, 1, 1), value) for value in (0.1, 0.2, 0.3, 0.4, 0.5)])

    grid = image_grid(images, columns=3, separator=1, shade=-1.0)

    expected = [[0.1, -1, 0.2, -1, 0.3], [-1, -1, -1, -1, -1], [0.4, -1, 0.5, -1, -1]]
    torch.testing.assert_close(grid[0], torch.tensor(expected))


def test_a_grid_is_square_unless_told_otherwise() -> None:
    assert image_grid(torch.zeros(9, 3, 4, 4), separator=0).shape == (3, 12, 12)
    assert image_grid(torch.zeros(9, 3, 4, 4), columns=9).shape == (3, 4, 9 * 4 + 8 * 2)


def test_a_grid_needs_a_picture() -> None:
    with pytest.raises(ValueError, match="give at least one"):
        image_grid(torch.zeros(0, 3, 4, 4))
