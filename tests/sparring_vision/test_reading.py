"""Image files of every kind, and damaged ones."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from torch import Tensor

from sparring import DataError
from sparring_vision import check_image, decode_image, image_files, read_image

RED = (255, 0, 0)


def read(picture: PIL.Image.Image, path: Path, *, size: int = 4, channels: int = 3, **options: object) -> Tensor:
    picture.save(path, **options)  # pyright: ignore[reportArgumentType]
    return read_image(path, image_size=size, channels=channels)  # pyright: ignore[reportArgumentType]


def flat(mode: str, colour: object, size: tuple[int, int] = (6, 6)) -> PIL.Image.Image:
    return PIL.Image.new(mode, size, colour)  # pyright: ignore[reportArgumentType]


def colour(image: Tensor) -> list[float]:
    assert (image == image[:, :1, :1]).all()
    return [round(float(value), 2) for value in image[:, 0, 0]]


def test_black_is_minus_one_and_white_is_one(tmp_path: Path) -> None:
    pixels = np.array([[0, 255], [255, 0]], dtype=np.uint8)

    image = read(PIL.Image.fromarray(pixels), tmp_path / "a.png", size=2, channels=1)

    assert image.dtype == torch.float32
    assert image.tolist() == [[[-1, 1], [1, -1]]]


def test_a_grey_picture_repeats_itself_in_three_channels(tmp_path: Path) -> None:
    assert colour(read(flat("L", 51), tmp_path / "a.png")) == [-0.6, -0.6, -0.6]


def test_a_coloured_picture_gives_its_luma_in_one_channel(tmp_path: Path) -> None:
    assert colour(read(flat("RGB", RED), tmp_path / "a.png", channels=1)) == [round(76 / 127.5 - 1, 2)]


def test_a_palette_is_looked_up(tmp_path: Path) -> None:
    assert colour(read(flat("RGB", RED).convert("P", palette=PIL.Image.Palette.ADAPTIVE), tmp_path / "a.gif")) == [1, -1, -1]


@pytest.mark.parametrize(("mode", "clear"), [("RGBA", (0, 0, 0, 0)), ("LA", (0, 0))])
def test_what_is_transparent_becomes_white(tmp_path: Path, mode: str, clear: object) -> None:
    assert colour(read(flat(mode, clear), tmp_path / "a.png")) == [1, 1, 1]


def test_half_transparent_red_lies_between_red_and_white(tmp_path: Path) -> None:
    assert colour(read(flat("RGBA", (*RED, 51)), tmp_path / "a.png")) == [1, 0.6, 0.6]


def test_a_transparent_palette_colour_becomes_white(tmp_path: Path) -> None:
    assert colour(read(flat("P", 0), tmp_path / "a.png", transparency=0)) == [1, 1, 1]


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    red, green, blue = colour(read(flat("CMYK", (0, 255, 255, 0)), tmp_path / "a.tif"))

    assert (red, green, blue) == (1, -1, -1)


def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path: Path) -> None:
    values = np.array([[0, 257 * 51], [257 * 102, 65535]], dtype=np.uint16)

    image = read(PIL.Image.fromarray(values), tmp_path / "a.png", size=2, channels=1)

    torch.testing.assert_close(image, torch.tensor([[[-1, -0.6], [-0.2, 1]]]))


def test_floating_point_pixels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.tif: .*whose range nobody knows: convert it to 8 or 16 bits"):
        read(flat("F", 0.5), tmp_path / "a.tif")


def test_a_picture_is_turned_as_its_exif_data_say(tmp_path: Path) -> None:
    lying = flat("RGB", "white", (8, 8))
    lying.paste((0, 0, 0), (0, 0, 8, 4))
    exif = PIL.Image.Exif()
    exif[0x0112] = 6

    image = read(lying, tmp_path / "a.png", size=8, channels=1, exif=exif)

    assert (image[0, :, 0] == 1).all()
    assert (image[0, :, -1] == -1).all()


def test_the_centre_square_is_kept(tmp_path: Path) -> None:
    wide = flat("L", 0, (12, 4))
    wide.paste(255, (4, 0, 8, 4))

    assert colour(read(wide, tmp_path / "a.png", channels=1)) == [1]


def test_what_lies_in_a_box_is_kept_as_far_as_there_is_a_picture(tmp_path: Path) -> None:
    pixels = np.zeros((6, 10), dtype=np.uint8)
    pixels[3:, 6:] = 255
    PIL.Image.fromarray(pixels).save(tmp_path / "a.png")

    image = read_image(tmp_path / "a.png", image_size=4, channels=1, box=(6, 3, 14, 20))

    assert (image == 1).all()
    with pytest.raises(DataError, match=r"the box \(10, 3, 14, 20\) lies outside of its 10 x 6 pixels"):
        read_image(tmp_path / "a.png", image_size=4, channels=1, box=(10, 3, 14, 20))


def test_shrinking_averages_instead_of_picking(tmp_path: Path) -> None:
    lines = np.zeros((64, 64), dtype=np.uint8)
    lines[:, ::2] = 255

    image = read(PIL.Image.fromarray(lines), tmp_path / "a.png", size=8, channels=1)

    assert image[:, 1:-1, 1:-1].abs().max() < 0.1


def test_two_pixels_are_enough_to_be_enlarged(tmp_path: Path) -> None:
    assert read(flat("RGB", RED, (2, 2)), tmp_path / "a.png", size=16).shape == (3, 16, 16)


def test_one_pixel_is_too_few(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.png: the picture has 9 x 1 pixels, and at least 2 on each side are needed\."):
        read(flat("RGB", RED, (9, 1)), tmp_path / "a.png")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".gif", ".webp", ".tif", ".bmp", ".jp2"])
def test_a_truncated_file_is_named(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    PIL.Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(DataError, match=rf"a\{suffix}: the (picture cannot be read|file is damaged)"):
        read_image(path, image_size=8, channels=3)


def test_a_file_that_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no picture")

    with pytest.raises(DataError, match=r"a\.png: the file is damaged, or no picture of a known kind"):
        check_image(tmp_path / "a.png")


def test_missing_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file"):
        check_image(tmp_path / "a.png")
    with pytest.raises(DataError, match="this is a folder"):
        check_image(tmp_path)


@pytest.mark.parametrize("limit", [30, 10])
def test_a_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    flat("RGB", RED).save(tmp_path / "a.png")
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", limit)

    with pytest.raises(DataError, match=rf"a\.png: the picture has more than {limit} pixels"):
        check_image(tmp_path / "a.png")


def test_a_program_is_no_picture(tmp_path: Path) -> None:
    """Pillow hands PostScript to an interpreter."""
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")

    with pytest.raises(DataError, match="no picture of a known kind"):
        check_image(tmp_path / "a.png")


def test_the_content_of_a_file_reads_as_the_file(tmp_path: Path) -> None:
    content = BytesIO()
    flat("RGB", RED).save(content, format="PNG")

    assert colour(decode_image(content.getvalue(), name="a", image_size=4, channels=3)) == [1, -1, -1]
    with pytest.raises(DataError, match=r"^b: the file is damaged"):
        decode_image(b"", name="b", image_size=4, channels=3)


def test_image_files_are_found_by_their_suffixes(tmp_path: Path) -> None:
    for name in ("b.PNG", "a.jpeg", "c/d.webp", ".hidden.png", "Thumbs.db"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    assert [path.name for path in image_files(tmp_path)] == ["a.jpeg", "b.PNG", "d.webp"]
    assert [path.name for path in image_files(tmp_path, below=False)] == ["a.jpeg", "b.PNG"]
