"""Where captioned images come from: three splits, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

import numpy as np

from sparring import DataError, Split
from sparring_captions.captioned_files import CaptionedFile, CaptionedFiles
from sparring_captions.captioned_pictures import CaptionedPictures
from sparring_captions.captions import read_captions
from sparring_vision import by_hash

Set = Literal["scenes", "folder", "cub", "oxford", "coco"]

HELD_OUT_SHARE = 0.1
MOST_HELD_OUT = 1000
MOST_NAMED = 20


@dataclass(frozen=True)
class CaptionSource:
    """`label` says in a few words where the pictures are from."""

    label: str
    splits: Mapping[Split, CaptionedPictures]


def held_out(names: Sequence[str], *, most: int = MOST_HELD_OUT) -> np.ndarray:
    """Which of them are held out: a tenth, at least one and `most` at most, chosen by a hash of the names; True for those."""
    count = min(max(round(HELD_OUT_SHARE * len(names)), 1), most)
    chosen = np.zeros(len(names), dtype=bool)
    chosen[by_hash(names)[:count]] = True
    return chosen


def file_source(label: str, root: Path, *, train: Sequence[CaptionedFile], test: Sequence[CaptionedFile]) -> CaptionSource:
    """Pictures in files, a tenth of those for training held out for validation. Raises `DataError` with what is wrong with files."""
    validation = held_out([file.path.relative_to(root).as_posix() for file in train])
    splits: dict[Split, CaptionedFiles] = {
        "train": CaptionedFiles(root, [file for file, out in zip(train, validation, strict=True) if not out]),
        "validation": CaptionedFiles(root, [file for file, out in zip(train, validation, strict=True) if out]),
        "test": CaptionedFiles(root, test),
    }
    refuse_if_any([problem for split in splits.values() for problem in split.problems()])
    return CaptionSource(label, splits)


def captions_of(path: Path, problems: list[str]) -> tuple[str, ...]:
    """The captions in a text file; what is wrong with it is added to `problems`."""
    try:
        return tuple(read_captions(path))
    except DataError as error:
        problems.append(f"{error}.")
        return ()


def refuse_if_any(problems: Sequence[str]) -> None:
    """Raises `DataError` with the first problems, and how many more there are."""
    if problems:
        more = [f"… and {len(problems) - MOST_NAMED} more"] if len(problems) > MOST_NAMED else []
        raise DataError("\n".join([*problems[:MOST_NAMED], *more]))


def first_of(root: Path, *places: str) -> Path:
    """The first of these places below `root` that is there. Raises `DataError` that names them all."""
    return next((root / place for place in places if (root / place).exists()), None) or _missing(root, places)


def _missing(root: Path, places: Sequence[str]) -> NoReturn:
    raise DataError(f"{root}: there is no {' or '.join(places)} in it: set data.root=PATH to the folder that has it.")
