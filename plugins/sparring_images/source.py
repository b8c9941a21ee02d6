"""Where images come from: three splits, and the names of the classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sparring import DataError
from sparring_vision import Part, Pictures, by_hash

HELD_OUT_SHARE = 0.1
MOST_HELD_OUT = 10_000


@dataclass(frozen=True)
class Source:
    """`label` says in a few words where the pictures are from; `classes` is empty where there are none."""

    label: str
    classes: tuple[str, ...]
    train: Pictures
    validation: Pictures
    test: Pictures

    def only(self, names: Sequence[str]) -> Source:
        """The pictures of some classes, which are numbered anew in their old order. Raises `DataError` for classes that do not exist."""
        chosen = choose(names, self.classes, self.label)
        new_number = np.full(len(self.classes), -1)
        new_number[[self.classes.index(name) for name in chosen]] = np.arange(len(chosen))
        train, validation, test = (_kept(part, new_number) for part in (self.train, self.validation, self.test))
        return Source(self.label, chosen, train, validation, test)


def choose(names: Sequence[str], classes: Sequence[str], label: str) -> tuple[str, ...]:
    """Those of `classes` that are in `names`. Raises `DataError` for names that are not classes, and if there is none."""
    unknown = [name for name in names if name not in classes]
    there = ", ".join(map(repr, classes)) or "none"
    if unknown or not names:
        raise DataError(f"{label}: data.only names {', '.join(map(repr, unknown)) or 'no class'}: the classes are {there}.")
    return tuple(name for name in classes if name in names)


def held_out(pictures: Pictures) -> tuple[Pictures, Pictures]:
    """All but a tenth of the pictures, and that tenth: at least one picture and at most 10 000, chosen by a hash of their names."""
    count = min(max(round(HELD_OUT_SHARE * len(pictures)), 1), MOST_HELD_OUT)
    order = by_hash([pictures.name(number) for number in range(len(pictures))])
    return Part(pictures, np.sort(order[count:])), Part(pictures, np.sort(order[:count]))


def _kept(pictures: Pictures, new_number: np.ndarray) -> Pictures:
    labels = new_number[pictures.labels]
    return Part(pictures, np.flatnonzero(labels >= 0), labels=labels[labels >= 0])
