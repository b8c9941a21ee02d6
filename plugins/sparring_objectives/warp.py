"""Affine warps of images, and the matrices that they are made of."""

from __future__ import annotations

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from sparring_objectives.shifting import reflected

Images = Float[Tensor, "batch channels height width"]
Each = Float[Tensor, " batch"]
Matrices = Float[Tensor, "batch size size"]


def matrices(*rows: tuple[Tensor | float, ...], like: Each) -> Matrices:
    """A matrix for every sample, whose entries are numbers, or tensors with a number for each sample."""
    full = [[entry if isinstance(entry, Tensor) else torch.full_like(like, entry) for entry in row] for row in rows]
    return torch.stack([torch.stack(row, dim=-1) for row in full], dim=-2)


def moving(x: Each, y: Each) -> Matrices:
    return matrices((1, 0, x), (0, 1, y), (0, 0, 1), like=x)


def scaling(x: Each, y: Each) -> Matrices:
    return matrices((x, 0, 0), (0, y, 0), (0, 0, 1), like=x)


def turning(angle: Each) -> Matrices:
    sine, cosine = angle.sin(), angle.cos()
    return matrices((cosine, -sine, 0), (sine, cosine, 0), (0, 0, 1), like=angle)


def warped(images: Images, origin: Float[Tensor, "batch 3 3"]) -> Images:
    """Images whose pixels come from elsewhere: `origin` takes a pixel's place to where its value is read.

    Places are (x, y, 1) in pixels from the image's centre. Values are interpolated between four neighbours; beyond the border the image is
    mirrored. Written with `gather`, which differentiates as often as one likes: `grid_sample` does not in all versions of torch.
    """
    height, width = images.shape[2:]
    down, right = (torch.arange(size, device=images.device, dtype=origin.dtype) - (size - 1) / 2 for size in (height, width))
    y, x = torch.meshgrid(down, right, indexing="ij")
    x, y, _ = torch.einsum("b i j, j h w -> i b h w", origin, torch.stack([x, y, torch.ones_like(x)]))
    x, y = reflected(x + (width - 1) / 2, width), reflected(y + (height - 1) / 2, height)
    left, top = x.floor(), y.floor()
    to_right, to_bottom = (x - left)[:, None], (y - top)[:, None]
    flat = rearrange(images, "b c h w -> b c (h w)")

    def at(row: Tensor, column: Tensor) -> Tensor:
        index = row.long().clamp(max=height - 1) * width + column.long().clamp(max=width - 1)
        found = flat.gather(2, rearrange(index, "b h w -> b 1 (h w)").expand_as(flat))
        return found.view_as(images)

    upper = torch.lerp(at(top, left), at(top, left + 1), to_right.to(images.dtype))
    lower = torch.lerp(at(top + 1, left), at(top + 1, left + 1), to_right.to(images.dtype))
    return torch.lerp(upper, lower, to_bottom.to(images.dtype))
