"""What a trained generator of points does for people: it draws points, as numbers and as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from sparring import Application, Example, Report, Trained, gather, share
from sparring_mixtures.gaussian_mixture import keyed
from sparring_mixtures.mixture import Point, Points

PREVIEWED = 1000


class DrawPoints(Application):
    """Draws points with the network `generator` of a run."""

    inputs: ClassVar[str] = ""

    def __init__(self, trained: Trained) -> None:
        super().__init__(trained)
        self.generator: nn.Module = trained.networks["generator"]

    def apply(
        self, inputs: Sequence[str | Path], output: str | Path, *, count: Annotated[int, Field(ge=1)] = 2500, seed: int = 0
    ) -> Report:
        """Leave `count` points in `output`: as rows x, y of `points.csv`, and as `points.png`, beside as many real ones.

        The same seed gives the same points, and more of them the same ones first.
        """
        output = Path(output)
        mine: list[Path] = []
        for folder in share([output]):
            folder.mkdir(parents=True, exist_ok=True)
            points = self._points(f"{seed}-{number}" for number in range(count))
            np.savetxt(folder / "points.csv", points.numpy(), delimiter=",", fmt="%.6f", header="x,y", comments="")
            mine = [folder / "points.csv", self._draw(folder, points)]
        return Report([Path(path) for part in gather([str(path) for path in mine]) for path in part])

    def answer(self, example: Example) -> Point:
        """The point that the generator makes for this example, from a latent that its name and draw choose."""
        return self.answers([example])[0]

    def answers(self, examples: Sequence[Example]) -> Sequence[Point]:
        return list(self._points(f"{example.name}-{example.draw}" for example in examples))

    def preview(self, examples: Sequence[Example], folder: Path) -> list[Path]:
        """A picture of a thousand points that are always made from the same latents, beside as many real ones."""
        folder.mkdir(parents=True, exist_ok=True)
        return [self._draw(folder, self._points(f"preview-{number}" for number in range(PREVIEWED)))]

    def _points(self, keys: Iterable[str]) -> Points:
        shape: Any = self.generator.latent_shape
        latent = np.stack([keyed(f"latent {key}").standard_normal(shape, dtype=np.float32) for key in keys])
        with torch.no_grad():
            return self.generator(torch.from_numpy(latent).to(self.trained.device)).cpu()

    def _draw(self, folder: Path, points: Tensor) -> Path:
        from sparring_mixtures.picture import draw_points  # here, since it imports matplotlib

        data: Any = self.trained.open_data()
        real = torch.stack([data.mixture.point(keyed(f"real {number}")) for number in range(len(points))])
        return draw_points(folder / "points.png", points, real, data.mixture, title=self.trained.label)
