"""Pictures out, into files that are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import PIL.Image
from einops import rearrange

from sparring import DataError, whole_file
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
    with whole_file(path) as draft:
        PIL.Image.fromarray(pixels[..., 0] if len(image) == 1 else pixels).save(draft, format="PNG")
    return path
