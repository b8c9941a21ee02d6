"""Pictures in: the common kinds of image files, of any size and colour mode, as square tensors."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
import PIL.Image
import PIL.ImageOps
import torch
from einops import rearrange

from sparring import DataError
from sparring_vision.image_example import Picture
from sparring_vision.pixels import from_pixels

SUFFIXES = frozenset({".bmp", ".gif", ".jp2", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"})

# Pillow knows more, but some of those start other programs (EPS).
FORMATS = ("BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")

SMALLEST_SIDE = 2

# What Pillow's decoders raise at damaged files; UnidentifiedImageError is an OSError.
_DAMAGED = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, MemoryError, struct.error, zlib.error
)  # fmt: skip

Channels = Literal[1, 3]
Box = tuple[int, int, int, int]  # left, upper, right, lower: pixels of the upright picture; what is outside of it does not count


def read_image(path: Path | str, *, image_size: int, channels: Channels, box: Box | None = None) -> Picture:
    """The picture in a file as (channels, image_size, image_size), float32 in [-1, 1].

    It is turned as its EXIF data say, transparent parts become white, 16-bit grey is scaled to 8 bits; the largest centred square, or
    what lies in the `box`, stretched, is resized by an antialiased bicubic filter. Grey pictures repeat themselves in three channels,
    coloured ones give their luma in one. Of an animation, it is the first picture.

    Raises `DataError`, naming the file, if it is missing, no picture, truncated or otherwise damaged, smaller than 2 pixels on a side,
    or larger than Pillow's limit for decompression bombs.
    """
    with _opened(Path(path), str(path)) as picture:
        return fit_image(picture, image_size=image_size, channels=channels, box=box)


def decode_image(encoded: bytes, *, name: str, image_size: int, channels: Channels) -> Picture:
    """What `read_image` gives, of a file's content; `name` names it in errors."""
    with _opened(BytesIO(encoded), name) as picture:
        return fit_image(picture, image_size=image_size, channels=channels)


def check_image(path: Path | str) -> None:
    """Raises the `DataError` of `read_image` for what can be seen from the header, without decoding."""
    with _opened(Path(path), str(path)):
        pass


def image_files(folder: Path | str, *, below: bool = True) -> tuple[Path, ...]:
    """The image files in a folder and `below` it, by their suffixes, sorted; hidden ones (which include half-written ones) are left out."""
    found = Path(folder).glob("**/*" if below else "*")
    seen = (path for path in found if path.suffix.lower() in SUFFIXES and not path.name.startswith("."))
    return tuple(sorted(path for path in seen if path.is_file()))


def fit_image(picture: PIL.Image.Image, *, image_size: int, channels: Channels, box: Box | None = None) -> Picture:
    """A Pillow image as `read_image` gives it.

    Raises `ValueError` for pixels without an agreed range (floating point, 32 bits), and for a box beside the picture.
    """
    upright = PIL.ImageOps.exif_transpose(picture)
    flat = _flattened(upright).convert("L" if channels == 1 else "RGB")
    if box is not None:
        flat = flat.crop(_inside(box, flat.size)).resize((image_size, image_size), PIL.Image.Resampling.BICUBIC)
    if flat.size != (image_size, image_size):
        flat = PIL.ImageOps.fit(flat, (image_size, image_size), PIL.Image.Resampling.BICUBIC)
    pixels = np.array(flat).reshape(image_size, image_size, channels)
    return from_pixels(torch.from_numpy(rearrange(pixels, "height width channels -> channels height width").copy()))


def _inside(box: Box, size: tuple[int, int]) -> Box:
    left, upper, right, lower = max(0, box[0]), max(0, box[1]), min(size[0], box[2]), min(size[1], box[3])
    if left >= right or upper >= lower:
        raise ValueError("the box {} lies outside of its {} x {} pixels".format(box, *size))
    return left, upper, right, lower


def _flattened(picture: PIL.Image.Image) -> PIL.Image.Image:
    """In a mode of 8 bits, without transparency."""
    if picture.mode == "F":
        raise ValueError("its pixels are floating-point numbers, whose range nobody knows: convert it to 8 or 16 bits")
    if picture.mode.startswith("I"):
        values = np.asarray(picture).astype(np.int64)
        if values.min() < 0 or values.max() > 65535:
            raise ValueError("its pixels do not fit into 16 bits: convert it to 8 or 16 bits")
        return PIL.Image.fromarray(np.round(values / 257).astype(np.uint8))
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        return PIL.Image.alpha_composite(PIL.Image.new("RGBA", layer.size, "white"), layer)
    return picture


@contextmanager
def _opened(file: Path | BytesIO, name: str) -> Iterator[PIL.Image.Image]:
    """The picture, with whatever is wrong with it worded."""
    if isinstance(file, Path) and not file.is_file():
        raise DataError(f"{name}: this is a folder, and a file is needed." if file.is_dir() else f"{name}: there is no such file.")
    try:
        # Pillow's other warnings are about metadata.
        with warnings.catch_warnings(action="ignore"):
            warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
            with PIL.Image.open(file, formats=FORMATS) as picture:
                if min(picture.size) < SMALLEST_SIDE:
                    size = "{} x {}".format(*picture.size)
                    raise DataError(f"{name}: the picture has {size} pixels, and at least {SMALLEST_SIDE} on each side are needed.")
                yield picture
    except (PIL.Image.DecompressionBombWarning, PIL.Image.DecompressionBombError) as error:
        raise DataError(
            f"{name}: the picture has more than {PIL.Image.MAX_IMAGE_PIXELS} pixels, and could be a decompression bomb: make it smaller."
        ) from error
    except PIL.UnidentifiedImageError as error:
        raise DataError(f"{name}: the file is damaged, or no picture of a known kind ({', '.join(FORMATS)}).") from error
    except _DAMAGED as error:
        raise DataError(f"{name}: the picture cannot be read: {error}.") from error
