"""Between tensors in [-1, 1] and pixels of 8 bits: -1 is 0, 1 is 255."""

from __future__ import annotations

import torch
from jaxtyping import Float, UInt8
from torch import Tensor


def from_pixels(pixels: UInt8[Tensor, " *shape"]) -> Float[Tensor, " *shape"]:
    """x / 127.5 - 1, as float32 in [-1, 1]."""
    return pixels.float() / 127.5 - 1


def to_pixels(image: Float[Tensor, " *shape"]) -> UInt8[Tensor, " *shape"]:
    """The nearest pixels on the CPU; what is outside [-1, 1] is clipped. Gives back exactly what `from_pixels` was given."""
    return ((image.detach().cpu().float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
