"""What image generators are compared with: real images, the floor that no generator gets below, and noise."""

from __future__ import annotations

from collections import defaultdict
from hashlib import blake2b

import torch
from torch import Tensor

from sparring import Baseline, Data, DataError, Example
from sparring_vision.real_images import carried


class TrainingImages(Baseline):
    """Answers with a training image, chosen by the example's name and draw; of the example's class, if it has one.

    What real images score against real images: the best that a generator can hope for, but for its originality.
    """

    def __init__(self) -> None:
        self._examples: dict[int | None, list[Example]] = {}

    def prepare(self, data: Data) -> None:
        """Look at which training images there are; none is read yet."""
        by_label: dict[int | None, list[Example]] = defaultdict(list)
        for example in data.examples("train"):
            by_label[getattr(example, "label", None)].append(example)
        self._examples = dict(by_label)

    def answer(self, example: Example) -> Tensor:
        """A training image (channels, size, size) in [-1, 1]."""
        label = getattr(example, "label", None)
        if label not in self._examples:
            raise DataError(f"there is no training image of class {label!r} to answer {example.name!r} with: were these data prepared?")
        fitting = self._examples[label]
        return carried(fitting[_number(example) % len(fitting)], "image")


class NoiseImages(Baseline):
    """Answers with uniform noise in [-1, 1], the same for the same example and draw: what every generator starts from."""

    def answer(self, example: Example) -> Tensor:
        """Noise of the shape of the example's image."""
        draw = torch.Generator().manual_seed(_number(example))
        return 2 * torch.rand(carried(example, "image").shape, generator=draw) - 1


def _number(example: Example) -> int:
    """A 63-bit number that stands for an example and its draw."""
    digest = blake2b(f"{example.name}\x1f{example.draw}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1
