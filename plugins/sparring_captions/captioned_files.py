"""Captioned pictures in files, which are opened when a picture is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from sparring_captions.captioned_pictures import CaptionedPictures
from sparring_captions.stored_embeddings import stored_embeddings
from sparring_vision import Channels, Picture, PictureFiles, read_image

Box = tuple[int, int, int, int]


class CaptionedFile(NamedTuple):
    """A picture, what is said of it, the number of its class, and the part of it that is looked at: left, upper, right, lower."""

    path: Path
    captions: tuple[str, ...]
    label: int
    box: Box | None = None


class CaptionedFiles(CaptionedPictures):
    """The `files` of a split, called by their path from `root`."""

    def __init__(self, root: Path, files: Sequence[CaptionedFile]) -> None:
        self.root, self.files = root, files
        self.pictures = PictureFiles(root, [file.path for file in files], [file.label for file in files])
        self.labels = self.pictures.labels

    def name(self, number: int) -> str:
        return self.pictures.name(number)

    def read(self, number: int, *, image_size: int, channels: Channels) -> Picture:
        file = self.files[number]
        return read_image(file.path, image_size=image_size, channels=channels, box=file.box)

    def captions(self, number: int) -> tuple[str, ...]:
        return self.files[number].captions

    def embeddings(self) -> Sequence[Tensor] | None:
        return stored_embeddings(self.root, [file.path for file in self.files])

    def fingerprint(self) -> str:
        """Names, sizes, classes and boxes of all files, their captions, and the beginning of some."""
        digest = hashlib.sha256(self.pictures.fingerprint().encode())
        for file in self.files:
            digest.update("\n".join([str(file.box), *file.captions, ""]).encode())
        return digest.hexdigest()

    def problems(self) -> list[str]:
        """What is wrong with files, as far as their headers tell."""
        return self.pictures.problems()
