"""Images and what their captions say, as numbers: what text-conditional generators are trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from sparring import Data, DataError, Split
from sparring_captions.caption_embeddings import CaptionEmbeddings, Text, encoded, stored
from sparring_captions.caption_sets import SceneCounts, caption_source
from sparring_captions.caption_source import Set, refuse_if_any
from sparring_captions.captioned_example import CaptionedExamples
from sparring_captions.captioned_pictures import all_captions, unreadable
from sparring_captions.captions import words
from sparring_captions.other_labels import Mismatches, OtherLabels, is_near, require_near
from sparring_captions.scene_source import Objects
from sparring_captions.shown_pictures import ShownPictures
from sparring_captions.text_encoder import TextEncoder


class CaptionedImages(Data):
    """Images and embeddings of their captions.

    Fields: `real`, (3, image_size, image_size) in [-1, 1]; `text`, (width,), the mean embedding of `captions_averaged` captions of it,
    drawn anew every time (the papers take 4); `mismatched_text`, the same of an image of another label, whose captions do not describe
    this one; `label`.

    `mismatches` are `any` caption of another label, as in the papers; of scenes also `near` ones, which are wrong in one thing only (a
    shape, a colour, a size, the place, the background, or what belongs to which of two objects), or `both`, as a coin falls.

    Where they come from: `set`, of which `folder`, `cub`, `oxford` and `coco` are looked for in `root`; left out, it is the folder `root`,
    or with neither drawn scenes, `scenes` of them for training and others for validation and the test, of `seed`, with `objects` in them.

    `text_encoder` reads the captions; left out, embeddings are those that lie beside the images, and scenes have an encoder of their own.
    `augment` makes images larger by 76/64 and trains on random crops of them, half of them mirrored; examples are the middle crop.

    Raises `DataError` with every problem that can be seen from names, captions and headers, and later for a file that turns out damaged;
    `ValueError` for options that do not fit each other.
    """

    fields: ClassVar[tuple[str, ...]] = ("real", "text", "mismatched_text", "label")

    def __init__(
        self,
        *,
        set: Set | None = None,
        root: Path | None = None,
        image_size: Annotated[int, Field(ge=2)] = 64,
        text_encoder: nn.Module | None = None,
        captions_averaged: Annotated[int, Field(ge=1)] = 1,
        mismatches: Mismatches = "any",
        augment: bool = False,
        scenes: Annotated[int, Field(ge=2)] = 20_000,
        validation_scenes: Annotated[int, Field(ge=1)] = 400,
        test_scenes: Annotated[int, Field(ge=1)] = 1000,
        seed: int = 0,
        objects: Objects = "one or two",
    ) -> None:
        if text_encoder is not None and not isinstance(text_encoder, TextEncoder):
            raise ValueError(
                f"text_encoder: {type(text_encoder).__name__} does not read captions: take 'char-cnn-rnn' or another text encoder"
            )
        counts = SceneCounts(scenes, validation_scenes, test_scenes, seed=seed, objects=objects)
        self.set, self.source = caption_source(set, root, counts=counts, augment=augment)
        self.image_size, self.captions_averaged = image_size, captions_averaged
        self.splits = {
            split: ShownPictures(pictures, image_size=image_size, augment=augment) for split, pictures in self.source.splits.items()
        }
        self.training = self.splits["train"]
        self.others = OtherLabels(self.training.pictures.labels, label=self.source.label)
        self._texts: dict[Split, Callable[[int], Text]] = {}
        self.mismatches: Mismatches = mismatches
        require_near(mismatches, self.training.pictures)
        self.encoder, self.texts = self._read(text_encoder)
        self.near = self._near() if mismatches != "any" else self.texts

    def __len__(self) -> int:
        return len(self.training)

    def sample(self, index: int, draw: np.random.Generator) -> Mapping[str, Tensor]:
        return {
            "real": self.training.drawn(index, draw),
            "text": self.texts.drawn(index, self.captions_averaged, draw),
            "mismatched_text": self._mismatched(index, draw),
            "label": self.training.kept.labels[index],
        }

    def examples(self, split: Split) -> CaptionedExamples:
        if split not in self._texts:
            self._texts[split] = self._text_of(split)
        return CaptionedExamples(self.splits[split], self._texts[split])

    def facts(self) -> Mapping[str, int]:
        return {"image_size": self.image_size, "channels": 3, "text_width": self.texts.width}

    def statistics(self) -> Mapping[str, Tensor]:
        """`text_encoder.NAME`: the weights of the encoder, where checkpoints are to keep them; `words`: those of the training captions.

        The words are in lower case, sorted, in UTF-8, a line break between two of them, as a tensor of bytes.
        """
        weights = self.encoder.state_dict() if self.encoder is not None and self.encoder.kept else {}
        return {**{f"text_encoder.{name}": value for name, value in weights.items()}, "words": self._words}

    def feature_extractor(self) -> tuple[nn.Module, Mapping[str, str]] | None:
        """What scores of features look at scenes with, and what to say of it; None for other images."""
        if self.set != "scenes":
            return None
        from sparring_captions.scene_checker import trained_checker

        return trained_checker(image_size=self.image_size)

    def fingerprint(self) -> str:
        return self._fingerprint

    def describe(self) -> str:
        reader = "embeddings from files" if self.encoder is None else type(self.encoder).__name__
        texts = f"{self.texts.starts[-1] / len(self):.3g} texts of {self.texts.width} numbers each ({reader})"
        held_out = f"{len(self.splits['validation'])} for validation, {len(self.splits['test'])} for the test"
        return f"{self.source.label}: {len(self)} images with {texts} to train on, {held_out}, {self.image_size} x {self.image_size}"

    def _read(self, encoder: TextEncoder | None) -> tuple[TextEncoder | None, CaptionEmbeddings]:
        """The encoder, if there is one, and the embeddings of the training captions."""
        pictures = self.training.pictures
        if encoder is None and self.set != "scenes":
            found = pictures.embeddings()
            if found is None:
                raise DataError(
                    f"{self.source.label}: nothing reads the captions: name an encoder with data.text_encoder, or put their embeddings "
                    f"beside the images (embeddings.safetensors, as tools/convert_embeddings.py writes it)."
                )
            return None, stored(found)
        if encoder is None:
            from sparring_captions.scene_text_encoder import SceneTextEncoder  # here, since it reads its weights

            encoder = SceneTextEncoder()
        if self.set != "scenes":
            refuse_if_any(unreadable(pictures, encoder.refuses))
        return encoder, encoded(encoder, [pictures.captions(number) for number in range(len(pictures))])

    def _near(self) -> CaptionEmbeddings:
        pictures = self.training.pictures
        assert self.encoder is not None  # scenes always have one
        return encoded(self.encoder, [pictures.near_captions(number) for number in range(len(pictures))])

    def _mismatched(self, index: int, draw: np.random.Generator) -> Tensor:
        if is_near(self.mismatches, draw):
            return self.near.drawn(index, self.captions_averaged, draw)
        return self.texts.drawn(self.others.drawn(index, draw), self.captions_averaged, draw)

    def _text_of(self, split: Split) -> Callable[[int], Text]:
        """The text of each example of a split, by number."""
        pictures = self.splits[split].pictures
        if self.encoder is None:
            return (self.texts if split == "train" else stored(pictures.embeddings() or [])).mean
        if split == "train":
            return self.texts.first
        return encoded(self.encoder, [pictures.captions(number)[:1] for number in range(len(pictures))]).first

    @cached_property
    def _words(self) -> Tensor:
        known = {word for caption in all_captions(self.training.pictures) for word in words(caption)}
        return torch.from_numpy(np.frombuffer("\n".join(sorted(known)).encode(), dtype=np.uint8).copy())

    @cached_property
    def _fingerprint(self) -> str:
        digest = hashlib.sha256("\n".join(pictures.fingerprint() for pictures in self.source.splits.values()).encode())
        digest.update(self.encoder.identity().encode() if self.encoder is not None else self.texts.table.numpy().data)
        return digest.hexdigest()
