"""Walks from one latent to another: smooth changes say that a generator has learned more than its training images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar

import torch
from einops import rearrange
from pydantic import Field

from sparring import Application, Example, Report, Trained, gather, share
from sparring_images.sampler import Sampler
from sparring_vision import Latents, Picture, image_grid, save_image

# Latents nearer than this (sine of the angle) to one line have no great circle between them that could be told.
SMALLEST_SINE = 1e-4


class Interpolate(Application):
    """Shows what lies between samples of a run's generator."""

    inputs: ClassVar[str] = ""

    def __init__(self, trained: Trained) -> None:
        super().__init__(trained)
        self.sampler = Sampler(trained)

    def apply(
        self,
        inputs: Sequence[str | Path],
        output: str | Path,
        *,
        n: Annotated[int, Field(ge=1)] = 8,
        steps: Annotated[int, Field(ge=2)] = 10,
        seed: Annotated[int, Field(ge=0)] = 0,
        label: Annotated[int, Field(ge=0)] | None = None,
        batch_size: Annotated[int, Field(ge=1)] = 64,
    ) -> Report:
        """Draw `n` walks into `output`/interpolation.png, one a row, each of `steps` images with both ends.

        Walk `i` goes from sample 2i to sample 2i + 1 of the `seed`: on a great circle for normal latents, which stay as long as the
        generator knows them, and straight for uniform ones. All images of a walk are of class `label`, or, if it is left out, of class
        `i` modulo the number of classes; runs without classes take none. `batch_size` only trades memory for time.

        Raises `RecipeError` for a label that the run does not have. Source: Radford, Metz, Chintala 2015, section 6.1; White 2016 for
        great circles.
        """
        written: list[str] = []
        for name in share(["interpolation.png"]):
            first = self.sampler.latents(range(0, 2 * n, 2), seed=seed)
            second = self.sampler.latents(range(1, 2 * n, 2), seed=seed)
            between = slerp if self.sampler.distribution == "normal" else torch.lerp
            walks = torch.stack([between(first, second, float(weight)) for weight in torch.linspace(0, 1, steps)])
            labels = self.sampler.labels([walk for walk in range(n) for _ in range(steps)], label)
            latents = rearrange(walks, "step walk ... -> (walk step) ...")
            images = self.sampler.images(latents, labels, batch_size=batch_size)
            written.append(str(save_image(image_grid(images, columns=steps), Path(output) / name)))
        return Report([Path(path) for part in gather(written) for path in part])

    def answer(self, example: Example) -> Picture:
        """The generator's image for a held-out example, as `generate` answers it."""
        return self.sampler.answers([example])[0]


def slerp(first: Latents, second: Latents, weight: float) -> Latents:
    """Spherical interpolation of each row with its partner: `first` at weight 0, `second` at 1.

    sin((1 - w) ω) / sin ω · first + sin(w ω) / sin ω · second, with ω the angle between them. Rows on one line through the origin, which
    no single great circle connects, are interpolated straight.

    Source: Shoemake 1985; for latents White 2016, section 2.1.
    """
    shape = (-1, *[1] * (first.ndim - 1))
    cosine = torch.cosine_similarity(first.flatten(1).double(), second.flatten(1).double(), dim=1).clamp(-1, 1)
    angle = cosine.arccos()
    on_a_line = angle.sin() < SMALLEST_SINE
    sine = angle.sin().masked_fill(on_a_line, 1)
    before = torch.where(on_a_line, 1 - weight, ((1 - weight) * angle).sin() / sine)
    after = torch.where(on_a_line, weight, (weight * angle).sin() / sine)
    return before.reshape(shape).to(first) * first + after.reshape(shape).to(first) * second
