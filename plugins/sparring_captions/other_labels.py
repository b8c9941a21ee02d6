"""Captions that do not describe a picture: those of pictures of another label, or those that are wrong in one thing."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sparring import DataError
from sparring_captions.captioned_pictures import CaptionedPictures

Mismatches = Literal["any", "near", "both"]


def require_near(mismatches: Mismatches, pictures: CaptionedPictures) -> None:
    """Raises `ValueError` if near mismatches are asked for where there are none."""
    if mismatches != "any" and not pictures.near_captions(0):
        raise ValueError(f"mismatches: {mismatches}: only of scenes is it known what a caption is wrong in: take 'any'")


def is_near(mismatches: Mismatches, draw: np.random.Generator) -> bool:
    """Whether the next mismatch is a near one: of `both`, every other one on average."""
    return mismatches == "near" or (mismatches == "both" and bool(draw.random() < 0.5))


class OtherLabels:
    """For each of some pictures with `labels`, all those of another label. Raises `DataError`, naming `label`, if all are of one."""

    def __init__(self, labels: np.ndarray, *, label: str) -> None:
        # Sorted by label, those of one label are neighbours: all others lie before and behind them.
        self._order = np.argsort(labels, kind="stable")
        ordered = labels[self._order]
        self._first = np.searchsorted(ordered, labels, side="left")
        self._count = np.searchsorted(ordered, labels, side="right") - self._first
        if len(labels) == 0 or self._count[0] == len(labels):
            raise DataError(
                f"{label}: all {len(labels)} training images are of one class, or of the same captions: text that does not fit an image "
                f"is that of another class, so at least two are needed."
            )

    def drawn(self, number: int, draw: np.random.Generator) -> int:
        """One of the pictures of another label than picture `number`, each as likely."""
        place = int(draw.integers(len(self._order) - self._count[number]))
        return int(self._order[place if place < self._first[number] else place + self._count[number]])
