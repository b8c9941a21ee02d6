"""What differs between two recipes, in words, for whoever resumes a run with a changed one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sparring.recipe.shown import shown

OF_THE_RUN = ["steps", "epochs", "name", "log_every", "save_every", "save_minutes", "preview_every", "keep", "verify_every", "processes"]
WITHOUT_EFFECT = frozenset(
    {"evaluation.metrics", "evaluation.baselines", "evaluation.every", "data.workers", *(f"run.{key}" for key in OF_THE_RUN)}
)


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """A sentence for every value that changes what is computed; how long a run lasts and what it leaves behind do not."""
    sections = {key: {} for key in (*old, *new)}  # one that is left out is an empty one
    return list(_sentences({**sections, **old}, {**sections, **new}, ""))


def _sentences(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[str]:
    for key in dict.fromkeys((*old, *new)):
        below = f"{path}.{key}" if path else key
        if below in WITHOUT_EFFECT:
            continue
        if key not in new:
            yield f"{below} was {_told(old[key])}, and is gone"
        elif key not in old:
            yield f"{below} is new: {_told(new[key])}"
        elif isinstance(old[key], Mapping) and isinstance(new[key], Mapping):
            yield from _sentences(old[key], new[key], below)
        elif not _same(old[key], new[key]):
            yield f"{below} was {_told(old[key])}, is now {_told(new[key])}"


def _same(old: Any, new: Any) -> bool:
    """1 and 1.0 are one number, but true is none."""
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(_same(one, other) for one, other in zip(old, new, strict=True))
    return isinstance(old, bool) == isinstance(new, bool) and old == new


def _told(value: Any) -> str:
    return repr(value) if isinstance(value, str) else shown(value)
