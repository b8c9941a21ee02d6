"""Small made-up images of four classes, for tests of what judges images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from sparring import Data, DataError, Example, Split
from sparring_vision import ImageExample

COUNTS: Mapping[Split, int] = {"train": 240, "validation": 40, "test": 80}
SEEDS: Mapping[Split, int] = {"train": 1, "validation": 2, "test": 3}


class ToyImages(Data):
    """A bright quarter says the class; the rest is dim noise. The labels go round: 0, 1, 2, 3, 0, …"""

    fields = ("real", "label")

    def __init__(self, *, size: int = 8, channels: int = 1, labelled: bool = True) -> None:
        self.size, self.channels, self.labelled = size, channels, labelled

    def __len__(self) -> int:
        return COUNTS["train"]

    def image(self, split: Split, index: int) -> Tensor:
        draw = torch.Generator().manual_seed(SEEDS[split] * 10_000 + index)
        image = torch.rand((self.channels, self.size, self.size), generator=draw) - 1
        half, (row, column) = self.size // 2, divmod(index % 4, 2)
        image[:, row * half : (row + 1) * half, column * half : (column + 1) * half] += 0.9
        return image

    def sample(self, index: int, draw: np.random.Generator) -> Mapping[str, Tensor]:
        return {"real": self.image("train", index), "label": torch.tensor(index % 4)}

    def examples(self, split: Split) -> Sequence[Example]:
        return [
            ImageExample(f"{split}-{index}", label=index % 4 if self.labelled else None, load=partial(self.image, split, index))
            for index in range(COUNTS[split])
        ]

    def facts(self) -> Mapping[str, int]:
        return {"image_size": self.size, "channels": self.channels, **({"classes": 4} if self.labelled else {})}

    def fingerprint(self) -> str:
        return f"toy-{self.size}-{self.channels}-{self.labelled}"

    def describe(self) -> str:
        return "four bright quarters"


class Unreadable(ToyImages):
    """Images that cannot be read any more: whoever still gets an answer has not asked."""

    def image(self, split: Split, index: int) -> Tensor:
        raise DataError(f"{split} image {index} was read again")
