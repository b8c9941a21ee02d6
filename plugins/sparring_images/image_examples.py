"""The examples of a split, each made when asked for: some data sets have millions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import overload

from sparring_vision import ImageExample, KeptPictures


class ImageExamples(Sequence[ImageExample]):
    """Pictures as they are, without augmentation; `classes` is empty where there are none."""

    def __init__(self, pictures: KeptPictures, classes: Sequence[str]) -> None:
        self.pictures, self.classes = pictures, tuple(classes)

    def __len__(self) -> int:
        return len(self.pictures)

    @overload
    def __getitem__(self, index: int) -> ImageExample: ...

    @overload
    def __getitem__(self, index: slice) -> list[ImageExample]: ...

    def __getitem__(self, index: int | slice) -> ImageExample | list[ImageExample]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        label = int(self.pictures.labels[number]) if self.classes else None
        conditions = {} if label is None else {"class": self.classes[label]}
        name, load = self.pictures.pictures.name(number), partial(self.pictures.image, number)
        return ImageExample(name, conditions=conditions, label=label, load=load)
