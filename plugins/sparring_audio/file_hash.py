"""Files known by their content, for what is worked out of them once and kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sparring import DataError


def content_hash(path: Path) -> str:
    """A hash of a file's content, 32 hexadecimal digits. Raises `DataError`, naming the file, if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()[:32]
    except OSError as error:
        raise DataError(f"{path}: the file cannot be read: {error.strerror}.") from error
