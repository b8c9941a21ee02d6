"""Images and captions as they are written: what text encoders are trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
import torch
from einops import rearrange
from pydantic import Field
from torch import Tensor

from sparring import Data, Split
from sparring_captions.alphabet import CHARACTERS, refuses, tokens
from sparring_captions.caption_sets import SceneCounts, caption_source
from sparring_captions.caption_source import Set, refuse_if_any
from sparring_captions.captioned_example import CaptionedExamples
from sparring_captions.captioned_pictures import CaptionedPictures, unreadable
from sparring_captions.other_labels import Mismatches, OtherLabels, is_near, require_near
from sparring_captions.scene_source import Objects
from sparring_captions.shown_pictures import ShownPictures


class ImageCaptionPairs(Data):
    """Images and their captions as numbers of characters.

    Fields: `real`, (3, image_size, image_size) in [-1, 1]; `characters`, (characters,), int64, as `alphabet.tokens` reads one of its
    captions, drawn anew every time; `mismatched_characters`, the same of a caption that does not describe it (`mismatches`, as of
    `CaptionedImages`); `labels`, (kinds,), int64: every attribute of a scene, the class of any other
    image, equal to those of images that the caption may describe too.

    Where they come from, and all other options, are as of `CaptionedImages`. Raises `DataError` with every problem that can be seen from
    names, captions and headers, and later for a file that turns out damaged; `ValueError` for options that do not fit each other.
    """

    fields: ClassVar[tuple[str, ...]] = ("real", "characters", "mismatched_characters", "labels")

    def __init__(
        self,
        *,
        set: Set | None = None,
        root: Path | None = None,
        image_size: Annotated[int, Field(ge=2)] = 64,
        characters: Annotated[int, Field(ge=1)] = CHARACTERS,
        mismatches: Mismatches = "any",
        augment: bool = False,
        scenes: Annotated[int, Field(ge=2)] = 20_000,
        validation_scenes: Annotated[int, Field(ge=1)] = 400,
        test_scenes: Annotated[int, Field(ge=1)] = 1000,
        seed: int = 0,
        objects: Objects = "one or two",
    ) -> None:
        counts = SceneCounts(scenes, validation_scenes, test_scenes, seed=seed, objects=objects)
        chosen, self.source = caption_source(set, root, counts=counts, augment=augment)
        self.image_size, self.characters = image_size, characters
        self.splits = {
            split: ShownPictures(pictures, image_size=image_size, augment=augment) for split, pictures in self.source.splits.items()
        }
        self.training = self.splits["train"]
        self.others = OtherLabels(self.training.pictures.labels, label=self.source.label)
        self.labels = _labels(self.training.pictures)
        self.mismatches: Mismatches = mismatches
        require_near(mismatches, self.training.pictures)
        if chosen != "scenes":
            refuse_if_any(unreadable(self.training.pictures, lambda caption: refuses(caption, characters)))

    def __len__(self) -> int:
        return len(self.training)

    def sample(self, index: int, draw: np.random.Generator) -> Mapping[str, Tensor]:
        pictures = self.training.pictures
        near = is_near(self.mismatches, draw)
        mismatched = pictures.near_captions(index) if near else pictures.captions(self.others.drawn(index, draw))
        return {
            "real": self.training.drawn(index, draw),
            "characters": self._read(pictures.captions(index), draw),
            "mismatched_characters": self._read(mismatched, draw),
            "labels": self.labels[index],
        }

    def examples(self, split: Split) -> CaptionedExamples:
        return CaptionedExamples(self.splits[split])

    def facts(self) -> Mapping[str, int]:
        return {"image_size": self.image_size, "channels": 3, "characters": self.characters}

    def fingerprint(self) -> str:
        return self._fingerprint

    def describe(self) -> str:
        held_out = f"{len(self.splits['validation'])} for validation, {len(self.splits['test'])} for the test"
        size = f"{self.image_size} x {self.image_size}"
        return f"{self.source.label}: {len(self)} images with captions to train on, {held_out}, {size}"

    def _read(self, captions: Sequence[str], draw: np.random.Generator) -> Tensor:
        return tokens(captions[int(draw.integers(len(captions)))], self.characters)

    @cached_property
    def _fingerprint(self) -> str:
        return hashlib.sha256("\n".join(pictures.fingerprint() for pictures in self.source.splits.values()).encode()).hexdigest()


def _labels(pictures: CaptionedPictures) -> Tensor:
    """(pictures, kinds)"""
    attributes = [pictures.attributes(number) for number in range(len(pictures))]
    known = [list(one.values()) for one in attributes if one is not None]
    return torch.tensor(known) if known else rearrange(torch.from_numpy(pictures.labels), "pictures -> pictures 1")
