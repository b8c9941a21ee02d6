"""Pictures by number: the one face that every source of images has."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Literal

import numpy as np
import PIL.Image

from sparring_vision.image_example import Picture
from sparring_vision.reading import fit_image

Channels = Literal[1, 3]


class Pictures(ABC):
    """`labels` holds the class number of each picture, zeros where there are no classes."""

    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    @abstractmethod
    def name(self, number: int) -> str:
        """What the picture is called, unlike any other one of its source."""

    @abstractmethod
    def read(self, number: int, *, image_size: int, channels: Channels) -> Picture:
        """The picture, (channels, image_size, image_size) in [-1, 1]. Raises `DataError`, naming the file."""

    @abstractmethod
    def fingerprint(self) -> str:
        """A hash that changes with the pictures, quickly made."""


class Part(Pictures):
    """Some of the pictures, in the order of `numbers`; `labels` gives them other class numbers."""

    def __init__(self, whole: Pictures, numbers: np.ndarray, *, labels: np.ndarray | None = None) -> None:
        self.whole, self.numbers = whole, numbers
        self.labels = whole.labels[numbers] if labels is None else labels

    def name(self, number: int) -> str:
        return self.whole.name(int(self.numbers[number]))

    def read(self, number: int, *, image_size: int, channels: Channels) -> Picture:
        return self.whole.read(int(self.numbers[number]), image_size=image_size, channels=channels)

    def fingerprint(self) -> str:
        return hashlib.sha256(self.whole.fingerprint().encode() + self.numbers.tobytes() + self.labels.tobytes()).hexdigest()


class ArrayPictures(Pictures):
    """Pixels of 8 bits in memory, (count, height, width) or (count, height, width, 3); they are called `prefix` and their number."""

    def __init__(self, prefix: str, pixels: np.ndarray, labels: Sequence[int] | np.ndarray) -> None:
        self.prefix, self.pixels, self.labels = prefix, pixels, np.asarray(labels, dtype=np.int64)

    def name(self, number: int) -> str:
        return f"{self.prefix}-{number:05d}"

    def read(self, number: int, *, image_size: int, channels: Channels) -> Picture:
        return fit_image(PIL.Image.fromarray(self.pixels[number]), image_size=image_size, channels=channels)

    def fingerprint(self) -> str:
        digest = hashlib.sha256(f"{self.pixels.shape}".encode())
        digest.update(np.ascontiguousarray(self.pixels).data)
        digest.update(self.labels.tobytes())
        return digest.hexdigest()
