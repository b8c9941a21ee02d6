"""Walks from one sentence to another: what lies between two texts that somebody wrote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar

import torch
from einops import repeat
from pydantic import Field

from sparring import Application, Example, RecipeError, Report, Trained, gather, share
from sparring_captions.caption_reader import CaptionReader
from sparring_captions.painter import Key, Painter
from sparring_captions.text_encoder import Embeddings
from sparring_vision import Picture, image_grid, save_image


class InterpolateSentences(Application):
    """Shows what a run draws between two sentences."""

    inputs: ClassVar[str] = ""

    def __init__(self, trained: Trained) -> None:
        super().__init__(trained)
        self.painter, self.reader = Painter(trained), CaptionReader(trained)

    def apply(
        self,
        inputs: Sequence[str | Path],
        output: str | Path,
        *,
        text: str | None = None,
        to: str | None = None,
        embeddings: Path | None = None,
        steps: Annotated[int, Field(ge=2)] = 8,
        n: Annotated[int, Field(ge=1)] = 4,
        seed: Annotated[int, Field(ge=0)] = 0,
        truncation: Annotated[float, Field(gt=0)] | None = None,
        batch_size: Annotated[int, Field(ge=1)] = 64,
    ) -> Report:
        """Draw `n` walks from `text` to `to` into `output`/interpolation.png, one a row, each of `steps` images with both ends.

        The embedding goes straight from one to the other, and all images of a row are drawn by one latent: row `i` by that of `draw`'s
        image `i` with the same `seed` and `truncation`. In place of `text` and `to`, `embeddings` is a file with both. `batch_size` only
        trades memory for time.

        Raises `RecipeError` unless both ends are given in one way, or if an end cannot be read; `DataError` for a file that cannot be used.
        Source: Reed et al. 2016 (arXiv 1605.05396), section 5.4 and figure 8.
        """
        report = Report()
        first, last = self._ends(text, to, embeddings, report)
        way = torch.stack([torch.lerp(first, last, float(weight)) for weight in torch.linspace(0, 1, steps)])
        keys: list[Key] = [(seed, walk) for walk in range(n) for _ in range(steps)]
        written: list[str] = []
        for name in share(["interpolation.png"]):
            texts = repeat(way, "step width -> (walk step) width", walk=n)
            images = self.painter.images(keys, texts, truncation=truncation, batch_size=batch_size)
            written.append(str(save_image(image_grid(images, columns=steps), Path(output) / name)))
        report.written = [Path(path) for part in gather(written) for path in part]
        return report

    def answer(self, example: Example) -> Picture:
        """The run's image of a held-out example's text, as `draw` answers it."""
        return self.painter.answers([example])[0]

    def _ends(self, text: str | None, to: str | None, embeddings: Path | None, report: Report) -> Embeddings:
        if embeddings is not None and text is None and to is None:
            texts = self.reader.read_file(embeddings, width=self.painter.text_width)
            if len(texts) != 2:
                raise RecipeError(f"{embeddings}: has {len(texts)} embeddings: give the two ends of the walk")
            return texts.embeddings
        if embeddings is not None or text is None or to is None:
            raise RecipeError("say where to begin and end, in one way: text and to, or a file with two embeddings")
        texts = self.reader.read([text, to], report)
        if report.skipped:
            raise RecipeError("\n".join(f"{caption}: {reason}" for caption, reason in report.skipped))
        return texts.embeddings
