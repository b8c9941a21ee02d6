"""Images to learn from, and others to be judged on: scikit-learn's digits, a folder, or a data set of the literature."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from sparring import Data, DataError, Split
from sparring_images.image_examples import ImageExamples
from sparring_images.source import Source
from sparring_vision import Channels, KeptPictures

Set = Literal["digits", "folder", "mnist", "cifar10", "cifar100", "celeba", "lsun"]

GREY: tuple[Set, ...] = ("digits", "mnist")

# a step of 8 bits, in the range from -1 to 1 (Gulrajani et al. 2017)
STEP = 1 / 128


class Images(Data):
    """Images: fields `real`, (channels, image_size, image_size) in [-1, 1], and `label`, the number of its class (0 without classes).

    Where they come from: `set`, of which `folder`, `mnist`, `cifar10`, `cifar100`, `celeba` and `lsun` are looked for in `root`, as their
    archives unpack, or as `download` puts them there (not LSUN). Left out, it is the folder `root`, or with neither the digits.
    `only` names classes (categories of LSUN) to which the images are confined. Sets that have no validation images of their own hold out
    a tenth of the training images; how a folder is split, see `sparring_images.folder`.

    `channels` are 1 or 3, by default 1 for the digits and MNIST, and 3 for others; pictures are cropped to their centre square and
    resized. `mirror` flips half of the training images; `dequantize` adds noise from U(0, 1/128) to them.

    Raises `DataError` with every problem that can be seen from names and headers, and later for a file that turns out damaged.
    """

    fields: ClassVar[tuple[str, ...]] = ("real", "label")

    def __init__(
        self,
        *,
        set: Set | None = None,
        root: Path | None = None,
        download: bool = False,
        image_size: Annotated[int, Field(ge=2)] = 32,
        channels: Channels | None = None,
        only: tuple[str, ...] | None = None,
        mirror: bool = False,
        dequantize: bool = False,
    ) -> None:
        chosen: Set = set or ("digits" if root is None else "folder")
        self.source = _source(chosen, None if root is None else Path(root).expanduser(), download=download, only=only)
        self.image_size, self.mirror, self.dequantize = image_size, mirror, dequantize
        self.channels: Channels = channels or (1 if chosen in GREY else 3)
        splits = {"train": self.source.train, "validation": self.source.validation, "test": self.source.test}
        self.splits = {split: KeptPictures(pictures, image_size=image_size, channels=self.channels) for split, pictures in splits.items()}
        self.training = self.splits["train"]

    def __len__(self) -> int:
        return len(self.training)

    def sample(self, index: int, draw: np.random.Generator) -> Mapping[str, Tensor]:
        real = self.training.image(index)
        if self.mirror and draw.random() < 0.5:
            real = real.flip(-1)
        if self.dequantize:
            real = real + STEP * torch.from_numpy(draw.random(real.shape, dtype=np.float32))
        return {"real": real, "label": self.training.labels[index]}

    def examples(self, split: Split) -> ImageExamples:
        return ImageExamples(self.splits[split], self.source.classes)

    def facts(self) -> Mapping[str, int]:
        """Classes are 0 where images have none."""
        return {"image_size": self.image_size, "channels": self.channels, "classes": len(self.source.classes)}

    def fingerprint(self) -> str:
        parts = (self.source.train, self.source.validation, self.source.test)
        return hashlib.sha256("\n".join([*self.source.classes, *(part.fingerprint() for part in parts)]).encode()).hexdigest()

    def describe(self) -> str:
        classes = f" in {len(self.source.classes)} classes" if self.source.classes else ""
        colour = "grey" if self.channels == 1 else "colour"
        held_out = f"{len(self.source.validation)} for validation, {len(self.source.test)} for the test"
        size = f"{self.image_size} x {self.image_size}, {colour}"
        return f"{self.source.label}: {len(self)} images{classes} to train on, {held_out}, {size}"


def _source(chosen: Set, root: Path | None, *, download: bool, only: tuple[str, ...] | None) -> Source:
    """The data set of that name; each has its own libraries, which are imported here only."""
    if download and chosen in ("digits", "folder", "lsun"):
        raise DataError(f"data.set={chosen} cannot be downloaded: leave data.download out.")
    if chosen == "digits":
        if root is not None:
            raise DataError("The digits come with scikit-learn: leave data.root out, or say data.set=folder.")
        from sparring_images.digits import digits

        source = digits()
    elif root is None:
        how = " (with data.download=true, to where it is downloaded)" if chosen not in ("folder", "lsun") else ""
        raise DataError(f"data.set={chosen} needs a folder: set data.root=PATH to where it is{how}.")
    elif chosen == "folder":
        from sparring_images.folder import folder

        return folder(root, only=only)
    elif chosen == "lsun":
        from sparring_images.lsun import lsun

        return lsun(root, only=only)
    else:
        from sparring_images import torchvision_sets

        source = getattr(torchvision_sets, chosen)(root, download=download)
    return source if only is None else source.only(only)
