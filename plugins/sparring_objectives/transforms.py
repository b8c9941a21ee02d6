"""The random transforms of adaptive augmentation: what may happen to an image, how strongly, and in which order."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from sparring import GameError
from sparring_objectives.warp import matrices, moving, scaling, turning, warped

Images = Float[Tensor, "batch channels height width"]
Each = Float[Tensor, " batch"]
Geometric = Literal[
    "flip", "rotate90", "integer-translation", "scale", "rotation", "anisotropic-scale", "fractional-translation",
]  # fmt: skip
Colour = Literal["brightness", "contrast", "luma-flip", "hue", "saturation"]
Transform = Geometric | Colour | Literal["cutout"]

GEOMETRIC: tuple[Geometric, ...] = (
    "flip", "rotate90", "integer-translation", "scale", "rotation", "anisotropic-scale", "fractional-translation",
)  # fmt: skip
COLOUR: tuple[Colour, ...] = ("brightness", "contrast", "luma-flip", "hue", "saturation")
UNIFORMS, NORMALS = 24, 7


class Transforms:
    """The transforms of one batch. Each that `policy` names happens to an image with `probability`, whatever else happens to it.

    Strengths are those of Karras et al. 2020, appendix B. All draws of a batch are made at once.
    """

    def __init__(self, policy: tuple[Transform, ...], probability: Float[Tensor, ""], noise: Any) -> None:
        self.policy, self.probability = policy, probability
        self._uniforms: Iterator[Tensor] = iter(noise.uniform(UNIFORMS).unbind(1))
        self._normals: Iterator[Tensor] = iter(noise.normal(NORMALS).unbind(1))

    def moved(self, images: Images) -> Images:
        """Flipped, turned, shifted and scaled about the centre, by one warp; what lies beyond the border is mirrored."""
        height, width = images.shape[2:]
        flip = self._maybe("flip", 1 - 2 * self._whole(2), 1.0)
        origin = scaling(flip, torch.ones_like(flip))
        origin = origin @ turning(self._maybe("rotate90", math.pi / 2 * self._whole(4), 0.0))
        shifts = self._happens("integer-translation")
        x, y = (self._uniform(-1 / 8, 1 / 8).mul(size).round() * shifts for size in (width, height))
        origin = origin @ moving(x, y)
        scale = self._maybe("scale", torch.exp2(0.2 * self._normal()), 1.0)
        origin = origin @ scaling(1 / scale, 1 / scale)
        # Two chances to be turned, before and after the anisotropic scaling; together they come to the probability.
        half = 1 - (1 - self.probability).clamp(min=0).sqrt()
        origin = origin @ turning(self._maybe("rotation", self._uniform(-math.pi, math.pi), 0.0, probability=half))
        stretch = self._maybe("anisotropic-scale", torch.exp2(0.2 * self._normal()), 1.0)
        origin = origin @ scaling(1 / stretch, stretch)
        origin = origin @ turning(self._maybe("rotation", self._uniform(-math.pi, math.pi), 0.0, probability=half))
        shifts = self._happens("fractional-translation")
        x, y = (self._normal() / 8 * size * shifts for size in (width, height))
        return warped(images, origin @ moving(x, y))

    def coloured(self, images: Images) -> Images:
        """With other colours: what is grey in a pixel and what is not are scaled apart, and the latter is turned about the grey axis."""
        brightness = self._maybe("brightness", 0.2 * self._normal(), 0.0)
        contrast = self._maybe("contrast", torch.exp2(0.5 * self._normal()), 1.0)
        luma = self._maybe("luma-flip", 1 - 2 * self._whole(2), 1.0)
        hue = self._maybe("hue", self._uniform(-math.pi, math.pi), 0.0)
        saturation = self._maybe("saturation", torch.exp2(self._normal()), 1.0)
        grey = images.mean(dim=1, keepdim=True)
        chroma = images - grey
        if images.shape[1] == 3:
            chroma = torch.einsum("b i j, b j h w -> b i h w", _turning_hue(hue).to(images.dtype), chroma)
        elif images.shape[1] != 1 and "hue" in self.policy:
            raise GameError(f"images with {images.shape[1]} channels have no hue; leave 'hue' out of the `policy` of adaptive-augment")
        grey_gain, chroma_gain = (gain[:, None, None, None] for gain in (contrast * luma, contrast * saturation))
        return grey_gain * (grey + brightness[:, None, None, None]) + chroma_gain * chroma

    def cut_out(self, images: Images) -> Images:
        """With zeros in a rectangle of half the size in both directions, whose middle is anywhere in the image."""
        cut = self._happens("cutout")[:, None, None]
        for axis, size in ((1, images.shape[2]), (2, images.shape[3])):
            middle = self._uniform(0, size)[:, None]
            near = (torch.arange(size, device=images.device) + 0.5 - middle).abs() < size / 4
            cut = cut & near.unsqueeze(3 - axis)
        return torch.where(cut[:, None], 0.0, images)

    def _maybe(self, transform: Transform, value: Each, otherwise: float, *, probability: Tensor | None = None) -> Each:
        return torch.where(self._happens(transform, probability=probability), value, otherwise)

    def _happens(self, transform: Transform, *, probability: Tensor | None = None) -> Bool[Tensor, " batch"]:
        happens = next(self._uniforms) < (self.probability if probability is None else probability)
        return happens if transform in self.policy else torch.zeros_like(happens)

    def _uniform(self, low: float, high: float) -> Each:
        return low + (high - low) * next(self._uniforms)

    def _whole(self, high: int) -> Each:
        return (high * next(self._uniforms)).floor()

    def _normal(self) -> Each:
        return next(self._normals)


def _turning_hue(angle: Each) -> Float[Tensor, "batch 3 3"]:
    """Rotations about the axis (1, 1, 1), by Rodrigues' formula."""
    rest, sine = (1 - angle.cos()) / 3, angle.sin() / math.sqrt(3)
    same, before, behind = angle.cos() + rest, rest - sine, rest + sine
    return matrices((same, before, behind), (behind, same, before), (before, behind, same), like=angle)
