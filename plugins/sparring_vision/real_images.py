"""Images as they are judged: eight bits a value, real and generated alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from sparring import Data, DataError, Example, Split, progress_bar
from sparring_vision.pixels import to_pixels

Pixels = UInt8[Tensor, "images channels height width"]


def quantised(images: Sequence[Tensor]) -> Pixels:
    """A batch of images in [-1, 1] as a PNG file would hold them: rounded to 0..255, and clipped.

    Raises `DataError` for a value that is not a number: a score over such an image would mean nothing.
    """
    batch: Float[Tensor, "images channels height width"] = torch.stack([image.float() for image in images])
    if not batch.isfinite().all():
        raise DataError("an image to be judged holds NaN or infinity: the network that made it has diverged")
    return to_pixels(batch)


def carried(example: Example, field: str) -> Any:
    """The `image` or `label` of an example; `DataError` if it carries none."""
    value = getattr(example, field, None)
    if value is None:
        raise DataError(f"example {example.name!r} carries no {field!r}: this score is for data whose examples have one")
    return value


def batches(data: Data, split: Split, *, size: int, what: str) -> Iterator[list[Tensor]]:
    """The real images of a split, read batch by batch under a progress bar that says `what`."""
    examples = data.examples(split)
    if not len(examples):
        raise DataError(f"there are no {split} images to compare with: {data.describe()}")
    for start in progress_bar(iterable=range(0, len(examples), size), desc=f"{what} of {split} images", unit="batch", leave=False):
        yield [carried(examples[number], "image") for number in range(start, min(start + size, len(examples)))]


def identity(data: Data) -> str:
    """What sets these images apart from others: the data's fingerprint, and the size and channels at which they are read."""
    return " ".join([data.fingerprint(), *(f"{name}={number}" for name, number in sorted(data.facts().items()))])


def classes_of(data: Data) -> int:
    """The number of classes that the data know, 0 if they know none."""
    return data.facts().get("classes", 0)
