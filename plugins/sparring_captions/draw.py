"""The main use of a run that was trained on captions: it draws what it is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar

import torch
from pydantic import Field

from sparring import Application, Example, RecipeError, Report, Trained, gather, progress_bar, share
from sparring_captions.caption_reader import CaptionReader, Texts
from sparring_captions.captions import ROWS, read_captions, slug, write_rows
from sparring_captions.painter import Key, Painter, held_out
from sparring_captions.task import Image
from sparring_vision import Picture, image_grid, save_image

GRID = "grid.png"
# Rows and columns that can be looked at together.
MOST_ROWS, MOST_COLUMNS = 20, 8
# Held-out examples in a preview.
PREVIEWED = 8


class Draw(Application):
    """Draws images of captions with the networks of a run."""

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
        captions: Path | None = None,
        embeddings: Path | None = None,
        n: Annotated[int, Field(ge=1)] = 8,
        seed: Annotated[int, Field(ge=0)] = 0,
        truncation: Annotated[float, Field(gt=0)] | None = None,
        batch_size: Annotated[int, Field(ge=1)] = 64,
    ) -> Report:
        """Draw `n` images of each caption into the folder `output`, in a folder for each, and the first ones together in grid.png.

        What to draw is one `text`, a file of `captions`, one a line, or a file of `embeddings` (.safetensors or .npy, captions x width).
        The third caption's images are 00002-ITS-FIRST-WORDS/00.png, 01.png and so on. The grid has a row for each of the first 20
        captions, with 8 images at most, and captions.txt says which row is what. Image `i` of a caption and a `seed` stays the same image
        whatever else is drawn; with the same `i`, images of different captions are drawn by the same latent. `truncation` keeps the
        latents within ± that value: more alike the smaller it is (1 is a start). `batch_size` only trades memory for time.

        A caption that the run's encoder cannot read is named in the report; what it does not see of one, and words that no training caption
        had, are remarked. Raises `RecipeError` unless told in exactly one way what to draw, and for captions where a run has no encoder;
        `DataError` for a file that cannot be used.
        """
        report, folder = Report(), Path(output)
        texts = self._read(text, captions, embeddings, report)
        if not len(texts):
            return report
        # Places below the output: by number, so that no caption's folder is another's.
        places = [f"{number:05d}-{slug(caption)}".rstrip("-") for number, caption in zip(texts.numbers, texts.captions, strict=True)]
        digits = max(len(str(n - 1)), 2)
        mine = share([(row, number) for row in range(len(texts)) for number in range(n)])
        written: list[str] = []
        with progress_bar(total=len(mine), unit="image") as bar:
            for start in range(0, len(mine), batch_size):
                wanted = mine[start : start + batch_size]
                images = self._draw(texts, wanted, seed=seed, truncation=truncation, batch_size=batch_size)
                for (row, number), image in zip(wanted, images, strict=True):
                    written.append(str(save_image(image, folder / places[row] / f"{number:0{digits}d}.png")))
                bar.update(len(wanted))
        for name in share([GRID]):
            columns = min(n, MOST_COLUMNS)
            together = [(row, number) for row in range(min(len(texts), MOST_ROWS)) for number in range(columns)]
            images = self._draw(texts, together, seed=seed, truncation=truncation, batch_size=batch_size)
            written.append(str(save_image(image_grid(images, columns=columns), folder / name)))
            written.append(str(write_rows(folder / ROWS, zip(places, texts.captions, strict=True))))
        report.written = sorted(Path(path) for part in gather(written) for path in part)
        return report

    def answer(self, example: Example) -> Picture:
        """One image (channels, height, width) in [-1, 1] of a held-out example's text, drawn by its name and `draw`."""
        return self.painter.answers([example])[0]

    def answers(self, examples: Sequence[Example]) -> Sequence[Picture]:
        """The same images as `answer` gives, made together."""
        return self.painter.answers(examples)

    def preview(self, examples: Sequence[Example], folder: Path) -> list[Path]:
        """grid.png: a row for each of the first 8 examples, the real image and then 7 drawn ones; captions.txt has their captions."""
        shown = [examples[place] for place in range(min(len(examples), PREVIEWED))]
        if not shown:
            return []
        keys: list[Key] = [held_out(example.name, draw) for example in shown for draw in range(MOST_COLUMNS - 1)]
        texts = torch.stack([example.text for example in shown])  # type: ignore[attr-defined]
        drawn = self.painter.images(keys, texts.repeat_interleave(MOST_COLUMNS - 1, dim=0)).split(MOST_COLUMNS - 1)
        rows = [torch.cat([example.image[None], images]) for example, images in zip(shown, drawn, strict=True)]  # type: ignore[attr-defined]
        return [
            save_image(image_grid(torch.cat(rows), columns=MOST_COLUMNS), folder / GRID),
            write_rows(folder / ROWS, ((example.name, example.captions[0]) for example in shown)),  # type: ignore[attr-defined]
        ]

    def _read(self, text: str | None, captions: Path | None, embeddings: Path | None, report: Report) -> Texts:
        if sum(one is not None for one in (text, captions, embeddings)) != 1:
            raise RecipeError("say what to draw, in one way: a text, a file of captions, or a file of embeddings")
        if embeddings is not None:
            return self.reader.read_file(embeddings, width=self.painter.text_width)
        return self.reader.read([text or ""] if captions is None else read_captions(captions), report)

    def _draw(self, texts: Texts, wanted: Sequence[tuple[int, int]], *, seed: int, truncation: float | None, batch_size: int) -> Image:
        """The images of these (row, number)."""
        keys: list[Key] = [(seed, number) for _, number in wanted]
        return self.painter.images(keys, texts.embeddings[[row for row, _ in wanted]], truncation=truncation, batch_size=batch_size)
