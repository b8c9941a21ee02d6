"""A sealed folder: a manifest, written last, names every file with its size and SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from pathlib import Path

from sparring.errors import CheckpointError
from sparring.runs.atomic import sync, write_json

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 2**20  # bytes; a manifest takes about 130 a file


class BrokenSealError(CheckpointError):
    """The folder is not what its manifest says; the text is the reason alone."""


def seal(folder: Path, step: int) -> None:
    """Sync every file below `folder`, then write and sync the manifest. Raises what a disk that refuses raises."""
    files = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        sync(path)
        files[path.relative_to(folder).as_posix()] = {"bytes": path.stat().st_size, "sha256": _digest(path)}
    for path in (path for path in folder.rglob("*") if path.is_dir()):
        sync(path)
    write_json(folder / MANIFEST, {"format": FORMAT, "step": step, "files": files})


def verify(folder: Path, step: int) -> frozenset[str]:
    """The names of the files that are there as they were sealed; `BrokenSealError` says what is wrong with the first that is not.

    Only plain files strictly inside `folder` are opened, whatever the manifest claims. A file that it does not name is no damage,
    and is never read.
    """
    try:
        if folder.is_symlink() or not folder.is_dir():
            raise BrokenSealError("it is no folder")
        manifest = _manifest(folder, step)
        for name, entry in manifest.items():
            _verify_file(folder, name, entry)
    except OSError as error:
        raise BrokenSealError(f"it cannot be read: {error}") from error
    return frozenset(manifest)


def is_inner_name(name: object) -> bool:
    """Whether `name` is a relative path with forward slashes that cannot lead out of its folder."""
    return isinstance(name, str) and all(part not in {"", ".", ".."} for part in name.split("/")) and not re.search(r"[\\:\x00-\x1f]", name)


def _manifest(folder: Path, step: int) -> dict[str, object]:
    path = folder / MANIFEST
    if not path.is_symlink() and not path.exists():
        raise BrokenSealError(f"{MANIFEST} is missing")
    if _plain_size(path, MANIFEST) > LARGEST_MANIFEST:
        raise BrokenSealError(f"{MANIFEST} has more than {LARGEST_MANIFEST:,} bytes")
    try:
        manifest = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise BrokenSealError(f"{MANIFEST} is no JSON: {error}") from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise BrokenSealError(f"{MANIFEST} is no manifest")
    if manifest.get("format") != FORMAT:
        raise BrokenSealError(f"{MANIFEST} has the format {manifest.get('format')!r}; this version reads {FORMAT}")
    if manifest.get("step") != step:
        raise BrokenSealError(f"{MANIFEST} is of step {manifest.get('step')!r}, the folder of step {step}")
    return manifest["files"]


def _verify_file(folder: Path, name: str, entry: object) -> None:
    if not is_inner_name(name):
        raise BrokenSealError(f"{MANIFEST} names {name!r}, which could lead out of the folder")
    if not isinstance(entry, dict) or not isinstance(entry.get("bytes"), int) or not isinstance(entry.get("sha256"), str):
        raise BrokenSealError(f"{MANIFEST} does not say what {name!r} holds")
    path = folder / name
    if any(parent.is_symlink() for parent in path.parents if folder in parent.parents):
        raise BrokenSealError(f"{name!r} lies behind a symbolic link")
    if not path.is_symlink() and not path.exists():
        raise BrokenSealError(f"{name!r} is missing")
    size = _plain_size(path, name)
    if size != entry["bytes"]:
        raise BrokenSealError(f"{name!r} has {size:,} bytes instead of {entry['bytes']:,}")
    if _digest(path) != entry["sha256"]:
        raise BrokenSealError(f"{name!r} has another SHA-256 than when it was saved")


def _plain_size(path: Path, name: str) -> int:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise BrokenSealError(f"{name!r} is no plain file")
    return status.st_size


def _digest(path: Path) -> str:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
