"""What is wrong with many files, in one error of moderate length."""

from __future__ import annotations

from collections.abc import Sequence

from sparring import DataError

MOST_PROBLEMS = 40
MOST_NAMED = 3


def refuse(problems: Sequence[str]) -> None:
    """Raises `DataError` with these problems, if there are any."""
    if problems:
        more = [f"… and {len(problems) - MOST_PROBLEMS} more problems of this kind"] if len(problems) > MOST_PROBLEMS else []
        raise DataError("\n".join([*problems[:MOST_PROBLEMS], *more]))


def first_few(names: Sequence[str]) -> str:
    """The first three of some names, and how many more there are."""
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else shown
