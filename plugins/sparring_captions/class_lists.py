"""Which classes are for training and which for the test: the zero-shot splits of birds and flowers, as their captions come with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from sparring import DataError

Part = Literal["train", "test"]


def class_parts(places: Sequence[Path]) -> Mapping[str, Part]:
    """For each class the part that it is in, from text files with a class a line in the first of the folders that has them.

    `trainvalclasses.txt` (or `trainclasses.txt` and, if there, `valclasses.txt`) and `testclasses.txt`, as Reed et al. 2016 published
    them with their captions. Raises `DataError` if they are missing, and for classes in both.
    """
    place = next((place for place in places if (place / "testclasses.txt").is_file()), None)
    training = [] if place is None else [place / name for name in ("trainvalclasses.txt", "trainclasses.txt", "valclasses.txt")]
    training = [path for path in training if path.is_file()]
    if place is None or not training:
        raise DataError(
            f"{places[0]}: it does not say which classes are for training: put trainvalclasses.txt and testclasses.txt there, as they come "
            f"with the captions of Reed et al. 2016, or as you write them, one class a line."
        )
    # Where all of training is in one file, the others repeat it.
    listed = training[:1] if training[0].name == "trainvalclasses.txt" else training
    parts: dict[str, Part] = dict.fromkeys((name for path in listed for name in _lines(path)), "train")
    tested = _lines(place / "testclasses.txt")
    if both := sorted(set(tested) & set(parts)):
        raise DataError(f"{place / 'testclasses.txt'}: {both[0]!r} is for training too: leave it in one of the files.")
    parts.update(dict.fromkeys(tested, "test"))
    return parts


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise DataError(f"{path}: is no text in UTF-8: write one class a line.") from None
