"""Which of a folder's files are held out, as a function of their names."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import NamedTuple

FEWEST = 3


class HeldOut(NamedTuple):
    """Names for training, for validation and for the test, each sorted."""

    training: list[str]
    validation: list[str]
    test: list[str]


def held_out(names: Collection[str], *, share: float, validation: Collection[str] = ()) -> HeldOut:
    """A `share` of the names, and one at least, for the test, and as many for validation unless `validation` names them.

    The choice goes by a hash of each name, so that files that come or go move few others. Fewer than three names cannot be shared out:
    then they serve for everything.
    """
    chosen = sorted(validation) if 0 < len(validation) < len(names) else []
    ranked = sorted(set(names) - set(chosen), key=lambda name: hashlib.blake2b(name.encode()).digest())
    if len(ranked) < FEWEST:
        return HeldOut(sorted(ranked), chosen or sorted(ranked), sorted(ranked))
    count = min(max(round(share * len(ranked)), 1), (len(ranked) - 1) // 2)
    test, rest = ranked[:count], ranked[count:]
    return HeldOut(sorted(rest if chosen else rest[count:]), chosen or sorted(rest[:count]), sorted(test))
