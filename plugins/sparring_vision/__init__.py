"""What the image plugins share: pictures in and out, grids, examples, feature extractors and scores.

This is the public door. Names are imported when first asked for, so that importing the package costs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sparring_vision.grid import image_grid
    from sparring_vision.hash_order import by_hash
    from sparring_vision.image_example import ImageExample, Picture
    from sparring_vision.image_sizes import doublings
    from sparring_vision.kept_pictures import KeptPictures
    from sparring_vision.latents import Distribution, Latents, draw_latents, truncate
    from sparring_vision.picture_files import PictureFiles
    from sparring_vision.pictures import ArrayPictures, Channels, Part, Pictures
    from sparring_vision.pixels import from_pixels, to_pixels
    from sparring_vision.reading import check_image, decode_image, fit_image, image_files, read_image
    from sparring_vision.split_folders import split_folders
    from sparring_vision.weights_hash import hash_of_weights
    from sparring_vision.writing import save_image

__all__ = [
    "ArrayPictures",
    "Channels",
    "Distribution",
    "ImageExample",
    "KeptPictures",
    "Latents",
    "Part",
    "Picture",
    "PictureFiles",
    "Pictures",
    "by_hash",
    "check_image",
    "decode_image",
    "doublings",
    "draw_latents",
    "fit_image",
    "from_pixels",
    "hash_of_weights",
    "image_files",
    "image_grid",
    "read_image",
    "save_image",
    "split_folders",
    "to_pixels",
    "truncate",
]

_HOMES = {
    "sparring_vision.grid": ("image_grid",),
    "sparring_vision.hash_order": ("by_hash",),
    "sparring_vision.image_example": ("ImageExample", "Picture"),
    "sparring_vision.image_sizes": ("doublings",),
    "sparring_vision.kept_pictures": ("KeptPictures",),
    "sparring_vision.latents": ("Distribution", "Latents", "draw_latents", "truncate"),
    "sparring_vision.picture_files": ("PictureFiles",),
    "sparring_vision.pictures": ("ArrayPictures", "Channels", "Part", "Pictures"),
    "sparring_vision.pixels": ("from_pixels", "to_pixels"),
    "sparring_vision.reading": ("check_image", "decode_image", "fit_image", "image_files", "read_image"),
    "sparring_vision.split_folders": ("split_folders",),
    "sparring_vision.weights_hash": ("hash_of_weights",),
    "sparring_vision.writing": ("save_image",),
}

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
