"""Pictures in files, which are opened when a picture is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sparring import DataError
from sparring_vision.image_example import Picture
from sparring_vision.pictures import Channels, Pictures
from sparring_vision.reading import check_image, read_image

# About 10 000 headers are read in a second.
MOST_HEADERS = 50_000
MOST_CONTENTS = 64
CONTENT_BYTES = 65_536


class PictureFiles(Pictures):
    """The files `paths` under `root`, called by their path from there."""

    def __init__(self, root: Path, paths: Sequence[Path], labels: Sequence[int] | np.ndarray) -> None:
        self.root, self.paths, self.labels = root, paths, np.asarray(labels, dtype=np.int64)

    def name(self, number: int) -> str:
        return self.paths[number].relative_to(self.root).as_posix()

    def read(self, number: int, *, image_size: int, channels: Channels) -> Picture:
        return read_image(self.paths[number], image_size=image_size, channels=channels)

    def fingerprint(self) -> str:
        """Names, sizes and classes of all files, and the beginning of some."""
        digest = hashlib.sha256()
        for number, path in enumerate(self.paths):
            digest.update(f"{self.name(number)} {path.stat().st_size} {self.labels[number]}\n".encode())
        for path in spread(self.paths, MOST_CONTENTS):
            with path.open("rb") as file:
                digest.update(file.read(CONTENT_BYTES))
        return digest.hexdigest()

    def problems(self) -> list[str]:
        """What is wrong with files, as far as their headers tell; of very many files, some are looked at."""
        found = []
        for path in spread(self.paths, MOST_HEADERS):
            try:
                check_image(path)
            except DataError as error:
                found.append(str(error))
        return found


def spread(paths: Sequence[Path], most: int) -> Sequence[Path]:
    """At most `most` of the paths, evenly over all of them."""
    return paths if len(paths) <= most else [paths[number] for number in np.linspace(0, len(paths) - 1, most).astype(int)]
