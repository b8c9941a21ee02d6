"""Pictures out: written beside, synced, then renamed, so that a file that is there is whole."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import PIL.Image
from einops import rearrange

from sparring import DataError
from sparring_vision.image_example import Picture
from sparring_vision.pixels import to_pixels


def save_image(image: Picture, path: Path | str) -> Path:
    """Write a picture of 1 (grey) or 3 channels as a PNG file of 8 bits; values are clipped to [-1, 1]. Returns the path.

    Raises `DataError`, naming the file, for NaN or infinity, another number of channels, another suffix, or if the disk refuses.
    """
    path = Path(path)
    if path.suffix.lower() != ".png":
        raise DataError(f"{path}: pictures are written as PNG: give the file the suffix .png.")
    if len(image) not in (1, 3):
        raise DataError(f"{path}: a picture has 1 or 3 channels, and the one to be written has {len(image)}.")
    if not image.isfinite().all():
        raise DataError(f"{path}: the picture to be written contains NaN or infinity.")
    pixels = rearrange(to_pixels(image), "channels height width -> height width channels").numpy()
    # Hidden, so that no listing of image files takes it for one.
    beside = path.with_name(f".{path.stem}.{os.getpid()}.partial.png")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            PIL.Image.fromarray(pixels[..., 0] if len(image) == 1 else pixels).save(file, format="PNG")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise DataError(f"{path}: the file cannot be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return path
