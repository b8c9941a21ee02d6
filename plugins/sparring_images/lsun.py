"""LSUN: scenes in LMDB databases, one a category and split, as they come out of their archives.

torchvision's reader is not used, since it leaves a list of keys in the working folder, and unpickles what it finds there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from sparring import DataError
from sparring_images.source import Source, choose, held_out
from sparring_vision import Channels, Picture, Pictures, decode_image

CATEGORIES = (
    "bedroom", "bridge", "church_outdoor", "classroom", "conference_room", "dining_room", "kitchen", "living_room", "restaurant", "tower"
)  # fmt: skip


def lsun(root: Path, *, only: Sequence[str] | None) -> Source:
    """Scenes of `only` these categories, or of all that are in `root` (Yu et al. 2015): `bedroom_train_lmdb`, `bedroom_val_lmdb`, ….

    The training databases are split into training and validation, the validation databases are the test. Raises `DataError` for
    databases that are missing or damaged, and without the package lmdb.
    """
    there = tuple(name for name in CATEGORIES if (root / f"{name}_train_lmdb").is_dir())
    wanted = there if only is None else choose(only, CATEGORIES, "LSUN")
    missing = [
        name for category in wanted for part in ("train", "val") if not (root / (name := f"{category}_{part}_lmdb") / "data.mdb").is_file()
    ]
    if missing or not wanted:
        lacking = ", ".join(map(repr, missing)) or "every category ('bedroom_train_lmdb', …)"
        held = f"of the categories, it has {', '.join(there)}" if there else "it has no category"
        raise DataError(
            f"{root}: it lacks {lacking}; {held}: set data.root=PATH to the folder with LSUN's unpacked databases, and data.only=[…] to "
            "those that you have. (LSUN has to be downloaded by hand.)"
        )
    train, validation = held_out(Records(root, [f"{category}_train_lmdb" for category in wanted]))
    return Source(f"LSUN of {root}", wanted, train, validation, Records(root, [f"{category}_val_lmdb" for category in wanted]))


class Records(Pictures):
    """The encoded pictures of several databases, one a class; a database is opened for every picture, so that any process may ask."""

    def __init__(self, root: Path, databases: Sequence[str]) -> None:
        self.root, self.databases = root, tuple(databases)
        keys = [self._keys(name) for name in databases]
        self.keys = np.concatenate(keys)
        self.labels = np.repeat(np.arange(len(keys)), [len(part) for part in keys])

    def name(self, number: int) -> str:
        return f"{self.databases[self.labels[number]]}/{self.keys[number].decode(errors='replace')}"

    def read(self, number: int, *, image_size: int, channels: Channels) -> Picture:
        with _opened(self.root / self.databases[self.labels[number]]) as environment, environment.begin() as transaction:
            encoded = transaction.get(bytes(self.keys[number]))
        return decode_image(encoded or b"", name=f"{self.root}/{self.name(number)}", image_size=image_size, channels=channels)

    def fingerprint(self) -> str:
        sizes = [(name, (self.root / name / "data.mdb").stat().st_size) for name in self.databases]
        return hashlib.sha256(f"{sizes}\n".encode() + self.keys.tobytes() + self.labels.tobytes()).hexdigest()

    def _keys(self, database: str) -> np.ndarray:
        with _opened(self.root / database) as environment, environment.begin() as transaction:
            keys = np.array(list(transaction.cursor().iternext(keys=True, values=False)), dtype=np.bytes_)
        if len(keys) == 0:
            raise DataError(f"{self.root / database}: the database has no picture in it.")
        return keys


@contextmanager
def _opened(folder: Path) -> Iterator[Any]:
    try:
        import lmdb
    except ImportError as error:
        raise DataError("LSUN needs the package lmdb: pip install lmdb") from error
    try:
        with lmdb.open(str(folder), max_readers=1, readonly=True, lock=False, readahead=False, meminit=False) as environment:
            yield environment
    except lmdb.Error as error:
        raise DataError(f"{folder}: the database is damaged: {error}") from error
