"""Reading one mapping of a recipe key by key; what is wrong is noted, and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sparring.errors import Problem
from sparring.plugins.nearest import did_you_mean, nearest
from sparring.recipe.shown import shown

LAST_PART = re.compile(r"(\.[^.\[\]]+|\[\d+\]|^[^.\[\]]+)$")


def place_of(path: str, places: Mapping[str, str], *, otherwise: str) -> str:
    """Where the value at a dotted path was written, or the nearest mapping around it."""
    while path:
        if path in places:
            return places[path]
        path = LAST_PART.sub("", path)
    return otherwise


class Notes:
    """The problems found so far, each with its place."""

    def __init__(self, where: Callable[[str], str]) -> None:
        self.problems: list[Problem] = []
        self.where = where

    def wrong(self, path: str, message: str, *hints: str) -> None:
        self.problems.append(Problem(self.where(path), path, message, hints))


class Fields:
    """The mapping at `path`. Every key that is asked for is known; `close` notes the others, `options` hands them on."""

    def __init__(self, notes: Notes, path: str, value: Any, *, expects: str = "a mapping") -> None:
        self.notes, self.path = notes, path
        self.values: dict[str, Any] = value if isinstance(value, dict) else {}
        self.known: list[str] = []
        self.readable = isinstance(value, dict)
        if not self.readable:
            notes.wrong(path, f"must be {expects}, but is {shown(value)}")

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, message: str, *hints: str) -> None:
        self.notes.wrong(self.at(key), message, *hints)

    def take(self, key: str, default: Any = None) -> Any:
        self.known.append(key)
        return self.values.get(key, default)

    def whole(self, key: str, default: Any, *, least: int) -> Any:
        """A whole number of at least `least`; null where the default is null."""
        value = self.take(key, default)
        if value is None and default is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.wrong(key, f"must be a whole number, {least} or more, but is {shown(value)}")
            return default
        return value

    def number(self, key: str, *, above: float, below: float | None = None) -> float | None:
        """A number strictly between `above` and `below`, or null."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= above or (below is not None and value >= below):
            room = f"above {above:g}" if below is None else f"between {above:g} and {below:g}"
            self.wrong(key, f"must be a number {room}, but is {shown(value)}")
            return None
        return float(value)

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self.take(key, default)
        if not isinstance(value, bool):
            self.wrong(key, f"must be true or false, but is {shown(value)}")
        return value is True

    def text(self, key: str) -> str | None:
        value = self.take(key)
        if value is not None and (not isinstance(value, str) or not value):
            self.wrong(key, f"must be a text, but is {shown(value)}")
            return None
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> Any:
        value = self.take(key)
        if value is None or value in choices:
            return value
        hint = nearest(value, choices) if isinstance(value, str) else None
        self.wrong(key, f"must be {' or '.join(choices)}, but is {shown(value)}", *((f"did you mean {hint!r}?",) if hint else ()))
        return None

    def names(self, key: str) -> tuple[str, ...]:
        """A list of different names."""
        value = self.take(key, [])
        if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
            self.wrong(key, f"must be a list of names, such as [generator], but is {shown(value)}")
            return ()
        if len(set(value)) < len(value):
            self.wrong(key, "names something twice")
        return tuple(dict.fromkeys(value))

    def require(self, key: str, what: str) -> None:
        if key not in self.values:
            near = next((written for written in self.values if written not in self.known and nearest(written, [key])), None)
            if near is None:  # else `close` says it about the key that was written
                self.notes.wrong(self.path, f"{key!r} is missing: {what}")

    def options(self) -> dict[str, Any]:
        """The keys that nobody asked for: the options of the component."""
        return {key: value for key, value in self.values.items() if key not in self.known}

    def close(self) -> None:
        """Nothing else may stand here."""
        for key in self.options():
            self.wrong(key, f"there is no key {key!r} here", *did_you_mean(key, self.known, what="keys"))
