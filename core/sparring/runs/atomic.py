"""Files that are there whole or not at all, whenever the machine stops."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any, TypeAlias

from sparring.errors import CheckpointError

JSON: TypeAlias = Any
"""What `json` writes and reads back unchanged: None, bool, int, float, str, and lists and string-keyed dicts of them."""


def write_text(path: Path, text: str) -> None:
    """Put `text` (UTF-8) at `path` in one step: written beside, synced, renamed. A reader sees the old file or the new one.

    Raises `CheckpointError` that names the path and the free bytes when the disk refuses; the old file is then untouched.
    """
    draft = path.with_name(f".writing-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        # O_EXCL: a symbolic link planted under the draft's name is refused, not followed.
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync(path.parent)
    except OSError as error:
        remove(draft)
        raise unwritable(path, error) from error


def write_json(path: Path, value: JSON) -> None:
    """`write_text` of `value` as indented JSON; floats read back bit for bit."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def sync(path: Path) -> None:
    """Wait until `path` is on the disk: a file's bytes, or a folder's names (what was created, renamed, removed in it)."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file, a link (not what it points to) or a whole folder, as far as the disk permits; missing is fine."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            return


def unwritable(path: Path, error: Exception) -> CheckpointError:
    """The sentence for a disk that refused to take `path`: what it said, and how many bytes are free there."""
    place = next(parent for parent in (path, *path.absolute().parents) if parent.exists())
    free = shutil.disk_usage(place).free
    return CheckpointError(
        f"{path}: could not be written: {error}. {free:,} bytes are free there. What was saved before is untouched: "
        "make room or give the folder write permission, then run the same command again."
    )
