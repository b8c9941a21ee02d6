"""Samples of a trained generator: from numbers or held-out examples, over latents and labels, to images."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from sparring import Example, RecipeError, Trained
from sparring_images.shapes import Image, Labels
from sparring_vision import Distribution, Latents, Picture, draw_latents, truncate


class Sampler:
    """The network `generator` of a run, with latents as it was trained on them; `classes` is 0 where it takes no label.

    Sample `number` of a `seed` is one and the same image, whatever else is drawn with it.
    """

    def __init__(self, trained: Trained) -> None:
        self.trained = trained
        self.distribution: Distribution = trained.task.get("latent", "normal")
        self.classes = int(trained.task.get("classes", 0))

    def latents(self, numbers: Sequence[int], *, seed: int = 0, truncation: float | None = None) -> Latents:
        """The latents of these samples. Raises `RecipeError` if they are to be truncated and are not normal."""
        if truncation is not None and self.distribution != "normal":
            raise RecipeError(
                f"truncation: this run draws its latents from a {self.distribution} distribution, which has no tails to cut off: "
                "leave truncation out"
            )
        latents = draw_latents([(seed, number) for number in numbers], self._shape, distribution=self.distribution)
        return latents if truncation is None else truncate(latents, truncation)

    def labels(self, numbers: Sequence[int], label: int | None = None) -> Labels | None:
        """`label` for all these samples, or, if it is None, one class after the other by number; None for a generator without classes.

        Raises `RecipeError` for a label that the run does not have.
        """
        if label is not None and not self.classes:
            raise RecipeError(f"label: this run knows no classes, so {label} cannot be drawn: leave label out")
        if label is not None and not 0 <= label < self.classes:
            raise RecipeError(f"label: this run draws classes 0 to {self.classes - 1}, and {label} is none of them")
        if not self.classes:
            return None
        return torch.tensor([number % self.classes if label is None else label for number in numbers], dtype=torch.int64)

    def images(self, latents: Latents, labels: Labels | None, *, batch_size: int = 64) -> Image:
        """What the generator makes of them, limited to [-1, 1], on the CPU."""
        generator, device = self.trained.networks["generator"], self.trained.device
        made: list[Tensor] = []
        with torch.no_grad():
            for rows in torch.arange(len(latents)).split(batch_size):
                given = [latents[rows]] if labels is None else [latents[rows], labels[rows]]
                made.append(generator(*(one.to(device) for one in given)).float().clamp(-1, 1).cpu())
        return torch.cat(made)

    def answers(self, examples: Sequence[Example]) -> list[Picture]:
        """One sample for each held-out example, of its class, drawn by its name and `draw`."""
        keys = [("held out", example.name, example.draw) for example in examples]
        latents = draw_latents(keys, self._shape, distribution=self.distribution)
        labels = torch.tensor([example.label for example in examples], dtype=torch.int64) if self.classes else None  # type: ignore[attr-defined]
        return list(self.images(latents, labels))

    @property
    def _shape(self) -> tuple[int, ...]:
        return tuple(self.trained.networks["generator"].latent_shape)  # type: ignore[arg-type]
