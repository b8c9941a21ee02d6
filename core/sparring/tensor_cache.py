"""Tensors kept on disk between runs: what plugins work out of data and models once. Nothing in it is ever unpickled."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from sparring.errors import DataError


class Kept(NamedTuple):
    """What one file of the cache holds."""

    tensors: dict[str, Tensor]
    notes: dict[str, str]


def cache_folder() -> Path:
    """`$SPARRING_CACHE`, or `~/.cache/sparring`. It may be deleted at any time: what is missing is computed again."""
    chosen = os.environ.get("SPARRING_CACHE")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "sparring"


def cache_file(kind: str, *key: str) -> Path:
    """The file for what `key` determines, in the folder of its kind."""
    name = blake2b("\x1f".join(key).encode(), digest_size=16).hexdigest()
    return cache_folder() / kind / f"{name}.safetensors"


def read_tensors(path: Path) -> Kept | None:
    """What is kept at `path`; None if there is nothing. A damaged file is removed."""
    try:
        with safe_open(path, framework="pt") as file:
            return Kept({name: file.get_tensor(name) for name in file.keys()}, dict(file.metadata() or {}))  # noqa: SIM118 (no mapping)
    except OSError:
        return None
    except SafetensorError:
        path.unlink(missing_ok=True)
        return None


def keep_tensors(path: Path, tensors: Mapping[str, Tensor], **notes: str) -> Kept:
    """Put tensors at `path` in one step, written beside first; returns what is kept there.

    If another process was quicker, that is what it kept: processes that work out the same thing go on with the same numbers.
    Raises `DataError` where the disk refuses.
    """
    draft = path.with_name(f".writing-{os.getpid()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(dict(tensors), draft, metadata=notes)
        _publish(draft, path)
    except (OSError, SafetensorError) as error:
        raise DataError(f"{path}: could not be written: {error}. Make room, or set SPARRING_CACHE to another folder") from error
    finally:
        with suppress(OSError):
            draft.unlink()
    return read_tensors(path) or Kept(dict(tensors), notes)


def _publish(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        draft.replace(path)
