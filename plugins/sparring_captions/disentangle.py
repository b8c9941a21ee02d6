"""What the text says and what the latent adds, apart: the same texts with the same latents, crosswise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar

import torch
from einops import repeat
from pydantic import Field

from sparring import Application, Example, RecipeError, Report, Trained, gather, share
from sparring_captions.caption_reader import CaptionReader, Texts
from sparring_captions.captions import ROWS, read_captions, write_rows
from sparring_captions.painter import Key, Painter
from sparring_vision import Picture, image_grid, save_image

# Held-out captions, where none are given.
HELD_OUT = 8


class Disentangle(Application):
    """Shows texts against latents: what stays along a row is said, what stays along a column is not."""

    inputs: ClassVar[str] = ""

    def __init__(self, trained: Trained) -> None:
        super().__init__(trained)
        self.painter, self.reader = Painter(trained), CaptionReader(trained)

    def apply(
        self,
        inputs: Sequence[str | Path],
        output: str | Path,
        *,
        content: Path | None = None,
        embeddings: Path | None = None,
        n: Annotated[int, Field(ge=1)] = 8,
        seed: Annotated[int, Field(ge=0)] = 0,
        truncation: Annotated[float, Field(gt=0)] | None = None,
        batch_size: Annotated[int, Field(ge=1)] = 64,
    ) -> Report:
        """Draw a grid into `output`/disentangled.png: a row for each text, a column for each of `n` latents; captions.txt has the texts.

        Along a row one text is drawn by different latents, down a column different texts by one latent: column `i` by that of `draw`'s
        image `i` with the same `seed` and `truncation`. The texts are the captions in the file `content`, one a line, those in the file
        `embeddings`, or the first captions of the first 8 test examples of the run's data. `batch_size` only trades memory for time.

        A caption that cannot be read is named in the report. Raises `RecipeError` for both kinds of files at once, and for captions where
        a run has no encoder; `DataError` for a file that cannot be used.
        Source: Reed et al. 2016 (arXiv 1605.05396), sections 5.2 and 5.3.
        """
        report, folder = Report(), Path(output)
        texts = self._texts(content, embeddings, report)
        if not len(texts):
            return report
        keys: list[Key] = [(seed, column) for _ in range(len(texts)) for column in range(n)]
        written: list[str] = []
        for name in share(["disentangled.png"]):
            every = repeat(texts.embeddings, "text width -> (text column) width", column=n)
            images = self.painter.images(keys, every, truncation=truncation, batch_size=batch_size)
            written.append(str(save_image(image_grid(images, columns=n), folder / name)))
            rows = ((f"row {row}", caption) for row, caption in enumerate(texts.captions, start=1))
            written.append(str(write_rows(folder / ROWS, rows)))
        report.written = [Path(path) for part in gather(written) for path in part]
        return report

    def answer(self, example: Example) -> Picture:
        """The run's image of a held-out example's text, as `draw` answers it."""
        return self.painter.answers([example])[0]

    def _texts(self, content: Path | None, embeddings: Path | None, report: Report) -> Texts:
        if content is not None and embeddings is not None:
            raise RecipeError("say what to draw, in one way: content, or a file of embeddings")
        if embeddings is not None:
            return self.reader.read_file(embeddings, width=self.painter.text_width)
        if content is not None:
            return self.reader.read(read_captions(content), report)
        examples = self.trained.open_data().examples("test")
        shown = [examples[place] for place in range(min(len(examples), HELD_OUT))]
        captions = [example.captions[0] for example in shown]  # type: ignore[attr-defined]
        return Texts(range(len(shown)), captions, torch.stack([example.text for example in shown]))  # type: ignore[attr-defined]
