"""DiffAugment: real and generated samples are augmented alike, in both turns, by transforms that gradients pass."""

from __future__ import annotations

from typing import Any, Literal

import torch
from jaxtyping import Float
from torch import Tensor

from sparring import View
from sparring_objectives.shifting import shifted

Images = Float[Tensor, "batch channels height width"]
Policy = Literal["color", "translation", "cutout"]


class DiffAugment(View):
    """Colour, then translation, then cutout, as far as `policy` names them, one draw for each image (Zhao et al. 2020, section 3.2).

    With the numbers of the authors' code: `color` adds U(-0.5, 0.5), scales the distance from the mean over colours by U(0, 2) and the
    distance from the mean over the image by U(0.5, 1.5); `translation` moves by up to 1/8 of the size, zeros coming in; `cutout` puts zeros
    into a square of half the size, part of which may lie outside. Values are not clamped. Images of any size and number of channels.
    """

    def __init__(self, *, policy: tuple[Policy, ...] = ("color", "translation", "cutout")) -> None:
        super().__init__()
        if not policy or len(set(policy)) < len(policy):
            raise ValueError(f"policy is {list(policy)}, but it names each of color, translation and cutout at most once, and one at least")
        self.policy = policy

    def forward(self, judged: Images, noise: Any, progress: Any) -> Images:
        if "color" in self.policy:
            judged = _coloured(judged, noise)
        if "translation" in self.policy:
            judged = _translated(judged, noise)
        if "cutout" in self.policy:
            judged = _cut_out(judged, noise)
        return judged


def _coloured(images: Images, noise: Any) -> Images:
    brightness, saturation, contrast = noise.uniform(3, 1, 1, 1).to(images.dtype).unbind(1)
    images = images + (brightness - 0.5)
    images = torch.lerp(images.mean(dim=1, keepdim=True), images, 2 * saturation)
    return torch.lerp(images.mean(dim=(1, 2, 3), keepdim=True), images, contrast + 0.5)


def _translated(images: Images, noise: Any) -> Images:
    for axis in (2, 3):
        most = int(images.shape[axis] / 8 + 0.5)
        images = shifted(images, noise.integers(2 * most + 1) - most, axis=axis, padding="zero")
    return images


def _cut_out(images: Images, noise: Any) -> Images:
    rows, columns = (_covered(size, noise, images.device) for size in images.shape[2:])
    return torch.where((rows[:, :, None] & columns[:, None, :])[:, None], 0.0, images)


def _covered(size: int, noise: Any, device: torch.device) -> Tensor:
    """Which places of an axis a stretch of half its length covers, whose middle may be at either end: (batch, size)."""
    length = int(size / 2 + 0.5)
    start = noise.integers(size + 1 - length % 2)[:, None] - length // 2
    place = torch.arange(size, device=device)
    return (start <= place) & (place < start + length)
