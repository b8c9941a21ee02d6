"""Components as a recipe names them: `use` and, beside it, options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sparring.plugins.nearest import nearest
from sparring.recipe.fields import Fields, Notes
from sparring.recipe.sections import Use
from sparring.recipe.shown import shown


def read_use(fields: Fields) -> Use:
    """To be called last: the keys that were not asked for are the options."""
    name = fields.text("use")
    if fields.readable and fields.values.get("use") is None:
        written = nearest("use", fields.options())
        hints = (f"is {written!r} meant to be 'use'?",) if written else ()
        fields.notes.wrong(fields.path, "'use' is missing: it names the component", *hints)
    return named_use(fields.notes, fields.path, name or "", fields.options())


def named_use(notes: Notes, path: str, name: str, options: Mapping[str, Any] | None = None) -> Use:
    """The use of a component whose name and options are known."""
    options = options or {}
    return Use(path, name, options, where=notes.where(path), places=_places(notes, path, options))


def read_uses(fields: Fields, key: str) -> tuple[Use, ...]:
    """A list of components, each a name or a mapping with `use`."""
    entries = fields.take(key, [])
    if not isinstance(entries, list):
        fields.wrong(key, f"must be a list of names, but is {shown(entries)}")
        return ()
    return tuple(_entry(fields.notes, f"{fields.at(key)}[{index}]", entry) for index, entry in enumerate(entries))


def _entry(notes: Notes, path: str, entry: Any) -> Use:
    if isinstance(entry, str) and entry:
        return named_use(notes, path, entry)
    return read_use(Fields(notes, path, entry, expects="a name or a mapping with 'use'"))


def _places(notes: Notes, path: str, options: Mapping[str, Any]) -> dict[str, str]:
    places: dict[str, str] = {}
    for key, value in options.items():
        below = f"{path}.{key}"
        places[below] = notes.where(below)
        if isinstance(value, Mapping):
            places |= _places(notes, below, value)
    return places
