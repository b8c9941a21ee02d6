"""The image sizes that a network can make."""

from __future__ import annotations


def doublings(image_size: int, *, start: int) -> int:
    """How often `start` is doubled to give `image_size`, at least once. Raises `ValueError` with the nearest sizes for any other size."""
    smaller, count = start * 2, 1
    while smaller * 2 <= image_size:
        smaller, count = smaller * 2, count + 1
    if smaller == image_size:
        return count
    nearest = f"{smaller} or {smaller * 2}" if image_size > smaller else f"{smaller}"
    raise ValueError(f"this network makes images of {start} doubled any number of times: take image_size {nearest}, not {image_size}")
