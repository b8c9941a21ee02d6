"""What people want drawn, as a trained run reads it: from captions or embeddings, with what they should know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch

from sparring import DataError, RecipeError, Report, Trained
from sparring_captions.captions import shown, tidy, words
from sparring_captions.embedding_file import read_embeddings
from sparring_captions.text_encoder import Embeddings, TextEncoder

# What a run's statistics are called: the weights of its encoder, and the words of its training captions.
WEIGHTS = "text_encoder."
WORDS = "words"


@dataclass(frozen=True)
class Texts:
    """What is to be drawn: for each text its place among those that were given, its caption and its embedding."""

    numbers: Sequence[int]
    captions: Sequence[str]
    embeddings: Embeddings

    def __len__(self) -> int:
        return len(self.captions)


class CaptionReader:
    """The text encoder that a run was trained with, built from the run alone when first asked for."""

    def __init__(self, trained: Trained) -> None:
        self.trained = trained

    @cached_property
    def encoder(self) -> TextEncoder:
        """Raises `RecipeError` for a run that was trained on embeddings out of files: it cannot read."""
        encoder = self.trained.data.get("text_encoder")
        kept = {name.removeprefix(WEIGHTS): value for name, value in self.trained.statistics.items() if name.startswith(WEIGHTS)}
        if encoder is None and not kept:
            raise RecipeError(
                "this run was trained on embeddings from files, and has no encoder to read captions with: "
                "encode them as the run's were, and give the file as --embeddings"
            )
        if encoder is None:
            from sparring_captions.scene_text_encoder import SceneTextEncoder  # here, since it reads its weights

            encoder = SceneTextEncoder()
        if kept:
            encoder.load_state_dict(kept)
        return encoder

    @cached_property
    def known(self) -> frozenset[str]:
        """The words of the training captions, in lower case; none where the run does not tell."""
        told = self.trained.statistics.get(WORDS)
        return frozenset(bytes(told.tolist()).decode().split("\n")) if told is not None else frozenset()

    def read(self, captions: Sequence[str], report: Report) -> Texts:
        """Captions that can be drawn. The others go to the report, with the reason, and so does what is not seen of those that can."""
        tidied = [tidy(caption) for caption in captions]
        numbers: list[int] = []
        for number, caption in enumerate(tidied):
            if reason := self.encoder.refuses(caption):
                report.skipped.append((shown(caption), reason))
                continue
            numbers.append(number)
            report.remarks += [f"{shown(caption)}: {remark}" for remark in self._remarks(caption)]
        kept = [tidied[number] for number in numbers]
        return Texts(numbers, kept, self.encoder.encode(kept) if kept else torch.zeros(0, self.encoder.width))

    def read_file(self, path: Path, *, width: int) -> Texts:
        """The embeddings in a file. Raises `DataError` if they are not of the width that the run's networks take."""
        embeddings = read_embeddings(path)
        if embeddings.shape[1] != width:
            raise DataError(f"{path}: its embeddings have {embeddings.shape[1]} numbers each, and this run was trained on {width}")
        return Texts(range(len(embeddings)), [f"embedding {number}" for number in range(len(embeddings))], embeddings)

    def _remarks(self, caption: str) -> list[str]:
        remarks = [unread] if (unread := self.encoder.unread(caption)) else []
        strange = [word for word in dict.fromkeys(words(caption)) if word not in self.known] if self.known else []
        if strange:
            listed = ", ".join(repr(word) for word in strange)
            remarks.append(f"the training captions never have the word{'s' if len(strange) > 1 else ''} {listed}")
        return remarks
