"""The main use of a trained image generator: it draws."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from sparring import Application, Example, Report, Trained, gather, progress_bar, share
from sparring_images.sampler import Sampler
from sparring_images.shapes import Image
from sparring_vision import Picture, image_grid, save_image

GRID = "grid.png"
# So many rows of so many pictures are looked at together.
SIDE = 8
# More classes than these make no readable row.
MANY = 20


class Generate(Application):
    """Draws images with the network `generator` of a run."""

    inputs: ClassVar[str] = ""

    def __init__(self, trained: Trained) -> None:
        super().__init__(trained)
        self.sampler = Sampler(trained)

    def apply(
        self,
        inputs: Sequence[str | Path],
        output: str | Path,
        *,
        n: Annotated[int, Field(ge=1)] = 64,
        seed: Annotated[int, Field(ge=0)] = 0,
        label: Annotated[int, Field(ge=0)] | None = None,
        truncation: Annotated[float, Field(gt=0)] | None = None,
        batch_size: Annotated[int, Field(ge=1)] = 64,
    ) -> Report:
        """Draw `n` images into the folder `output`, 00000.png, 00001.png and so on, with the first ones together in grid.png.

        Image `i` of a `seed` stays the same image however many are drawn, and in whatever batches or number of processes. It is of class
        `label`, or of class `i` modulo the number of classes, so that the grid has a column for each class; runs without classes take no
        label. `truncation` keeps the latents within ± that value: cleaner and more alike the smaller it is (1 is a start); for runs with
        normal latents. `batch_size` only trades memory for time.

        Raises `RecipeError` for a label or a truncation that the run cannot serve.
        """
        folder = Path(output)
        mine = share(range(n))
        width = max(len(str(n - 1)), 5)
        written: list[str] = []
        with progress_bar(total=len(mine), unit="image") as bar:
            for start in range(0, len(mine), batch_size):
                numbers = mine[start : start + batch_size]
                images = self._draw(numbers, seed=seed, label=label, truncation=truncation, batch_size=batch_size)
                for number, image in zip(numbers, images, strict=True):
                    written.append(str(save_image(image, folder / f"{number:0{width}d}.png")))
                bar.update(len(numbers))
        for name in share([GRID]):
            columns = self.sampler.classes if label is None and 0 < self.sampler.classes <= MANY else SIDE
            shown = range(min(n, SIDE * columns))
            images = self._draw(shown, seed=seed, label=label, truncation=truncation, batch_size=batch_size)
            written.append(str(save_image(image_grid(images, columns=min(columns, len(shown))), folder / name)))
        return Report(sorted(Path(path) for part in gather(written) for path in part))

    def answer(self, example: Example) -> Picture:
        """One image (channels, height, width) in [-1, 1] for a held-out example: of its class, drawn by its name and `draw`."""
        return self.sampler.answers([example])[0]

    def answers(self, examples: Sequence[Example]) -> Sequence[Picture]:
        """The same images as `answer` gives, made together."""
        return self.sampler.answers(examples)

    def preview(self, examples: Sequence[Example], folder: Path) -> list[Path]:
        """grid.png: the first 64 images of seed 0; with classes, 8 images of each, where a row is a class and a column a latent."""
        classes = self.sampler.classes
        if not classes:
            return [save_image(image_grid(self._draw(range(SIDE * SIDE)), columns=SIDE), folder / GRID)]
        rows = min(classes, MANY)
        latents = self.sampler.latents([number for _ in range(rows) for number in range(SIDE)])
        labels = self.sampler.labels([row for row in range(rows) for _ in range(SIDE)])
        return [save_image(image_grid(self.sampler.images(latents, labels), columns=SIDE), folder / GRID)]

    def _draw(
        self, numbers: Sequence[int], *, seed: int = 0, label: int | None = None, truncation: float | None = None, batch_size: int = 64
    ) -> Image:
        latents = self.sampler.latents(numbers, seed=seed, truncation=truncation)
        return self.sampler.images(latents, self.sampler.labels(numbers, label), batch_size=batch_size)
