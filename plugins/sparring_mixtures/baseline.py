"""What a perfect generator would score."""

from __future__ import annotations

from sparring import Baseline, Example
from sparring_mixtures.mixture import Point


class RealPoints(Baseline):
    """Answers with the example's own point: points of the mixture itself."""

    def answer(self, example: Example) -> Point:
        return example.point  # type: ignore[attr-defined]
