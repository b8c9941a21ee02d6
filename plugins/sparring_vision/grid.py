"""Several pictures in one, side by side."""

from __future__ import annotations

import math

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from sparring_vision.image_example import Picture


def image_grid(
    images: Float[Tensor, "count channels h w"], *, columns: int | None = None, separator: int = 2, shade: float = 1.0
) -> Picture:
    """The pictures in rows of `columns` (by default as many as make a square), with lines of `separator` pixels between them.

    Lines and empty cells have the value `shade`; 1 is white. The number of channels stays. Raises `ValueError` if there is no picture.
    """
    if len(images) == 0:
        raise ValueError("there is no picture to put into a grid: give at least one")
    columns = columns or math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    empty = images.new_full((rows * columns - len(images), *images.shape[1:]), shade)
    cells = functional.pad(torch.cat([images, empty]), (separator, 0, separator, 0), value=shade)
    return rearrange(cells, "(r c) channels h w -> channels (r h) (c w)", c=columns)[:, separator:, separator:]
