"""Sums of latents: if a generator's space is orderly, "smiling woman - woman + man" is a smiling man."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar

import torch
from pydantic import Field

from sparring import Application, Example, RecipeError, Report, Trained, gather, share
from sparring_images.sampler import Sampler
from sparring_images.shapes import Image
from sparring_images.sum_picture import draw_sum
from sparring_vision import Latents, Picture, draw_latents

NEIGHBOURS = 8

Numbers = tuple[Annotated[int, Field(ge=0)], ...]


class Arithmetic(Application):
    """Adds and subtracts what samples of a run's generator have in common."""

    inputs: ClassVar[str] = ""

    def __init__(self, trained: Trained) -> None:
        super().__init__(trained)
        self.sampler = Sampler(trained)

    def apply(
        self,
        inputs: Sequence[str | Path],
        output: str | Path,
        *,
        a: Numbers,
        b: Numbers,
        c: Numbers,
        seed: Annotated[int, Field(ge=0)] = 0,
        label: Annotated[int, Field(ge=0)] | None = None,
        noise: Annotated[float, Field(ge=0)] = 0.25,
        batch_size: Annotated[int, Field(ge=1)] = 64,
    ) -> Report:
        """Draw mean(a) - mean(b) + mean(c) into `output`/arithmetic.png, with the samples and means that it was made of.

        `a`, `b` and `c` are lists of sample numbers, to be picked from what `generate` draws with the same `seed` and `label`; three
        samples or more of what each group is to stand for, since single ones carry too much of their own. Around the result are 8
        neighbours, whose latents differ from it by uniform noise within ± `noise`. Runs with classes need a `label`, which all images
        then have. `batch_size` only trades memory for time.

        Raises `RecipeError` for a group that is empty or has a negative number, and for a missing or unknown label.
        Source: Radford, Metz, Chintala 2015, section 6.3.2.
        """
        groups: Mapping[str, Sequence[int]] = {"a": a, "b": b, "c": c}
        _refuse(groups)
        if label is None and self.sampler.classes:
            raise RecipeError(f"label: this run draws classes 0 to {self.sampler.classes - 1}: say which one the images are to show")
        written: list[str] = []
        for name in share(["arithmetic.png"]):
            latents = [self.sampler.latents(numbers, seed=seed) for numbers in groups.values()]
            parts = [*latents, *(drawn.mean(0, keepdim=True) for drawn in latents), self.around(a, b, c, seed=seed, noise=noise)]
            everything = torch.cat(parts)
            made = self.sampler.images(everything, self.sampler.labels(range(len(everything)), label), batch_size=batch_size)
            images: list[Image] = list(made.split([len(part) for part in parts]))
            exemplars = {f"{group}: {_listed(numbers)}": images[place] for place, (group, numbers) in enumerate(groups.items())}
            path = Path(output) / name
            written.append(str(draw_sum(exemplars, [image[0] for image in images[3:6]], images[6], path)))
        return Report([Path(path) for part in gather(written) for path in part])

    def answer(self, example: Example) -> Picture:
        """The generator's image for a held-out example, as `generate` answers it."""
        return self.sampler.answers([example])[0]

    def around(self, a: Sequence[int], b: Sequence[int], c: Sequence[int], *, seed: int = 0, noise: float = 0.25) -> Latents:
        """Nine latents: mean(a) - mean(b) + mean(c) in the middle of its neighbours, in the order in which a square is read."""
        first, second, third = (self.sampler.latents(numbers, seed=seed).mean(0, keepdim=True) for numbers in (a, b, c))
        result = first - second + third
        keys = [("neighbour", seed, number) for number in range(NEIGHBOURS)]
        around = result + noise * draw_latents(keys, result.shape[1:], distribution="uniform")
        return torch.cat([around[: NEIGHBOURS // 2], result, around[NEIGHBOURS // 2 :]])


def _refuse(groups: Mapping[str, Sequence[int]]) -> None:
    faults = [
        f"{group}: there is no sample to average: give at least one number, such as {group}=[0, 5, 9]"
        for group in groups
        if not groups[group]
    ]
    for group, numbers in groups.items():
        faults += [f"{group}: {number} is no sample: samples are counted from 0" for number in numbers if number < 0]
    if faults:
        raise RecipeError("\n".join(faults))


def _listed(numbers: Sequence[int], most: int = 6) -> str:
    listed = ", ".join(str(number) for number in numbers[:most])
    return f"{listed}, …" if len(numbers) > most else listed
