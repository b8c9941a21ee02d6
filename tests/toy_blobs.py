"""Networks of two lines and a data set of points: what a trained run of image generation looks like to its applications."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import torch
from torch import Tensor, nn

from sparring import Data, Example, Split, Trained
from sparring_vision import ImageExample

SIZE = 8


class Blobs(nn.Module):
    """Draws a disc whose centre is at 0.3 times the latent; of class k > 0 with k bright columns at the left edge."""

    latent_shape = (3,)

    def forward(self, latent: Tensor, label: Tensor | None = None) -> Tensor:
        grid = torch.linspace(-1, 1, SIZE)
        x, y = grid - 0.3 * latent[:, 0, None, None], grid[:, None] - 0.3 * latent[:, 1, None, None]
        image = 2 - 3 * (x.square() + y.square())
        if label is not None:
            image = torch.where(torch.arange(SIZE) < label[:, None, None], 5.0, image)
        return image[:, None]


class Stages(nn.Module):
    """A discriminator's activations: maps larger and smaller than 4x4, and hidden units."""

    def features(self, image: Tensor) -> list[Tensor]:
        return [image.repeat(1, 2, 1, 1), image[..., :2, :3], image.flatten(1)[:, :5]]


class Corners(Data):
    """Noisy pictures with one bright quarter, which is their class; the rest says nothing."""

    fields = ("real", "label")

    def __init__(self, *, labelled: bool = True) -> None:
        self.labelled = labelled

    def __len__(self) -> int:
        return 200

    def sample(self, index: int, draw: object) -> dict[str, Tensor]:
        return {"real": corner(index), "label": torch.tensor(index % 4)}

    def examples(self, split: Split) -> Sequence[Example]:
        numbers = {"train": range(200), "validation": range(200, 220), "test": range(220, 300)}[split]
        return [
            ImageExample(f"{number}", label=number % 4 if self.labelled else None, load=lambda number=number: corner(number))
            for number in numbers
        ]

    def fingerprint(self) -> str:
        return "corners"

    def describe(self) -> str:
        return "300 pictures of corners"


def corner(number: int) -> Tensor:
    image = 0.5 * torch.rand(1, SIZE, SIZE, generator=torch.Generator().manual_seed(number)) - 1
    row, column = divmod(number % 4, 2)
    image[:, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4] += 0.3
    return image


def trained_run(*, latent: str = "normal", classes: int = 0, data: Data | None = None) -> Trained:
    task = {"latent": latent, "classes": classes} if classes else {"latent": latent}
    networks = {"generator": Blobs().eval(), "discriminator": Stages().eval()}
    return Trained(
        networks, task=task, data={}, device=torch.device("cpu"), open_data=lambda: data or Corners(), label="runs/toy at step 3"
    )


def grey(path: Path) -> Tensor:
    """The pixels (height, width) of a grey picture, 0 to 255."""
    with PIL.Image.open(path) as picture:
        return torch.from_numpy(np.array(picture))
