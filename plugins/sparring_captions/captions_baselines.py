"""What images of sentences are compared with: the real ones, others' real ones, and a first stage's enlarged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from einops import rearrange
from torch import Tensor
from torch.nn import functional as F

from sparring import Application, Baseline, Data, DataError, Example, load
from sparring_captions.other_examples import others_of
from sparring_vision.real_images import carried


class OwnImages(Baseline):
    """Answers with the example's own real image: the best that a generator can hope for."""

    def answer(self, example: Example) -> Tensor:
        """The image (channels, size, size) in [-1, 1]."""
        return carried(example, "image")


class MismatchedImages(Baseline):
    """Answers with a real test image of another class, chosen by the example's name and draw: chance.

    A perfect image that has nothing to do with the text, as of a generator that draws well and does not listen.
    """

    def __init__(self) -> None:
        self._examples: Sequence[Example] = ()

    def prepare(self, data: Data) -> None:
        """Look at which test images there are; none is read yet."""
        self._examples = data.examples("test")

    def answer(self, example: Example) -> Tensor:
        """The image (channels, size, size) in [-1, 1]. Raises `DataError` where all images are of one class."""
        other = next(others_of(example, self._examples), None)
        if other is None:
            raise DataError(f"there is no test image of another class than {example.name!r}: leave the baseline 'mismatched-images' out")
        return carried(self._examples[other], "image")


class UpsampledFirstStage(Baseline):
    """Answers with what the first stage of a StackGAN draws, enlarged bilinearly: what a second stage has to beat.

    `run`: the run of the first stage, of the same text encoder.
    """

    def __init__(self, *, run: Path) -> None:
        self.run = run
        self._first: Application | None = None

    def prepare(self, data: Data) -> None:
        """Open the run. Raises `CheckpointError` if it is none, and `DataError` if it was trained with another text encoder."""
        if self._first is None:
            self._first = self.first_stage()
        theirs, ours = (_encoder_of(statistics) for statistics in (self._first.trained.statistics, data.statistics()))
        if theirs.keys() != ours.keys() or any(not torch.equal(theirs[name].cpu(), ours[name].cpu()) for name in ours):
            raise DataError(f"{self.run}: was trained with another text encoder than these data are read with: give both the same one")

    def first_stage(self) -> Application:
        """The application of the run that draws."""
        return load(self.run)

    def answer(self, example: Example) -> Tensor:
        """The image (channels, size, size) in [-1, 1], of the size of the example's own."""
        assert self._first is not None, "prepare comes first"
        small: Any = self._first.answer(example)
        large = F.interpolate(rearrange(small, "c h w -> 1 c h w"), size=carried(example, "image").shape[-2:], mode="bilinear")
        return rearrange(large, "1 c h w -> c h w")


def _encoder_of(statistics: Any) -> dict[str, Tensor]:
    return {name: part for name, part in statistics.items() if name.startswith("text_encoder.")}
