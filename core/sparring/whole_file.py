"""Files that are there whole or not at all: written beside, synced, then renamed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sparring.errors import DataError


@contextmanager
def whole_file(path: Path | str, *, what: str = "file") -> Iterator[Path]:
    """The path of an empty, hidden draft beside `path`, with its suffix, which takes its place when the block ends.

    Folders on the way are made. If the block raises, the draft is removed, and a file that was there before stays. Do nothing but write
    the draft in the block: an `OSError` in it counts as the disk's refusal.

    `what`: what the error calls it. Raises `DataError`, naming the file, if the disk refuses.
    """
    path = Path(path)
    # Hidden, so that no listing takes it for a file of its kind; drawn, since processes on other machines may have the same number.
    draft = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.partial{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.touch(exist_ok=False)  # O_EXCL: a symbolic link planted under the draft's name is refused, not followed
        try:
            yield draft
            with draft.open("rb+") as file:
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
    except OSError as error:
        raise DataError(f"{path}: the {what} cannot be written: {error.strerror or error}.") from error
