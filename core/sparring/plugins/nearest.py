"""The nearest valid name: what an error offers instead of what was written."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that `name` was most likely meant to be, or None where nothing comes close."""
    known = sorted(set(names))
    folded = {candidate.lower().replace("_", "-"): candidate for candidate in known}
    wanted = name.lower().replace("_", "-")
    if wanted in folded:
        return folded[wanted]
    found = difflib.get_close_matches(wanted, folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def did_you_mean(name: str, names: Iterable[str], *, what: str = "") -> tuple[str, ...]:
    """Hints for a name that nobody has: the nearest one, else all of them where they fit a line."""
    known = sorted(set(names))
    found = nearest(name, known)
    if found is not None:
        return (f"did you mean {found!r}?",)
    if known and len(known) <= 12:
        return (f"{what or 'known'}: {', '.join(known)}",)
    return ()
