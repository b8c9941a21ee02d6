"""The picture of a sum of latents: groups of samples, under them their means, and what they come to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from einops import rearrange
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from sparring_vision import Picture, image_grid, to_pixels
from sparring_vision.figure import save_figure

SIGNS = ("", "−", "+")
# A larger group is shown in part.
MOST = 36

Group = Float[Tensor, "_ channels height width"]
Square = Float[Tensor, "9 channels height width"]


def draw_sum(groups: Mapping[str, Group], means: Sequence[Picture], result: Square, path: Path) -> Path:
    """A PNG with the samples of three groups, titled by their names, their means (the first minus the second plus the third) below, and
    the nine images of `result`, of which the one in the middle is the sum; returns its path."""
    figure = Figure(figsize=(11.5, 5), layout="constrained")
    axes = figure.subplot_mosaic("abcr;xyzr", width_ratios=[1, 1, 1, 2.3])
    for number, ((name, samples), mean) in enumerate(zip(groups.items(), means, strict=True)):
        shown = samples[:MOST]
        _show(axes["abc"[number]], image_grid(shown, columns=math.ceil(math.sqrt(len(shown)))), name)
        _show(axes["xyz"[number]], mean, f"mean of {'abc'[number]}", sign=SIGNS[number])
    _show(axes["r"], image_grid(result, columns=3), "a − b + c, in the middle of its neighbours", sign="=")
    return save_figure(figure, path)


def _show(axis: Axes, picture: Picture, title: str, *, sign: str = "") -> None:
    pixels = rearrange(to_pixels(picture), "channels height width -> height width channels").numpy()
    grey = pixels.shape[-1] == 1
    axis.imshow(pixels[..., 0] if grey else pixels, cmap="gray" if grey else None, vmin=0, vmax=255, interpolation="nearest")
    axis.set_title(title, fontsize=10)
    axis.set_axis_off()
    axis.annotate(
        sign, (0, 0.5), xycoords="axes fraction", xytext=(-16, 0), textcoords="offset points", ha="center", va="center", fontsize=22
    )
