"""YAML as people think it is: unique keys, no aliases or tags, `1e-4` is a number, `no` is a text; every value has a position.

The tree is built from the parser's events, without recursion, so that a hostile file costs no more than reading it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.loader import BaseLoader

from sparring.errors import Problem, RecipeError

MAX_BYTES = 2**18
MAX_DEPTH = 20
MAX_VALUES = 2_000

KEY = re.compile(r"[^\s.\[\]=]{1,100}")
WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
ENDLESS = re.compile(r"[-+]?\.?(inf|nan)", re.IGNORECASE)
LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
WORDS: Mapping[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True)
class Document:
    """What a text says, and for every dotted path in it (`players.generator.terms`, `metrics[0]`) where it says so."""

    tree: Any
    where: Mapping[str, str]


def read_mapping(text: bytes, name: str) -> Document:
    """The mapping that a file holds. Raises `RecipeError` with `name:line` for whatever it refuses."""
    document = _read(text, name, numbered=True)
    if not isinstance(document.tree, dict):
        raise _refusal(f"{name}:1", "", "a recipe is a mapping, such as 'task: speech-enhancement'")
    return document


def read_value(text: str, place: str) -> Any:
    """One value, as it stands behind the `=` of an override. Raises `RecipeError` with `place`."""
    return _read(text.encode("utf-8", "surrogatepass"), place, numbered=False).tree


def _read(encoded: bytes, name: str, *, numbered: bool) -> Document:
    if len(encoded) > MAX_BYTES:
        raise _refusal(name, "", f"{len(encoded)} bytes are too many: a recipe has at most {MAX_BYTES}")
    try:
        text = encoded.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(_at(name, encoded[: error.start].count(b"\n"), numbered), "", "is not text in UTF-8") from None
    builder = _Builder(name, numbered)
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") if isinstance(error.position, int) else 0
        raise _refusal(_at(name, line, numbered), "", f"the character {_code(error.character)} is not allowed in YAML") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _refusal(_at(name, mark.line if mark else 0, numbered), "", f"is not YAML: {error.problem or error.context}") from None
    except (ValueError, OverflowError) as error:
        raise _refusal(name, "", f"is not YAML: {error}") from None
    return Document(builder.root, builder.where)


def _events(text: str) -> Iterator[Any]:
    loader = BaseLoader(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


@dataclass
class _Open:
    """A mapping or list that is being filled; `key` is the mapping key that waits for its value."""

    values: dict[str, Any] | list[Any]
    path: str
    key: str | None = None


@dataclass
class _Builder:
    """Takes the parser's events one by one."""

    name: str
    numbered: bool
    root: Any = None
    where: dict[str, str] = field(default_factory=dict)
    documents: int = 0
    values: int = 0
    open: list[_Open] = field(default_factory=list)

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self._refuse(event, "a second document starts here, and a recipe is one")
        elif isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._node(event)

    def _node(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._refuse(event, "anchors and aliases (& and *) are not allowed: write the value again, or use 'extends'")
        if event.tag is not None:
            raise self._refuse(event, f"tags are not allowed: {_start(event.tag)!r}")
        self.values += 1
        if self.values > MAX_VALUES:
            raise self._refuse(event, f"there are more than {MAX_VALUES} keys and values")
        top = self.open[-1] if self.open else None
        if top is not None and isinstance(top.values, dict) and top.key is None:
            top.key = self._new_key(event, top)
        elif isinstance(event, yaml.ScalarEvent):
            self._place(event, self._scalar(event))
        else:
            self._descend(event, {} if isinstance(event, yaml.MappingStartEvent) else [])

    def _new_key(self, event: Any, top: _Open) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._refuse(event, "a key is a name, not a list or a mapping")
        key = event.value
        if not KEY.fullmatch(key) or not _is_unicode(key):
            raise self._refuse(event, f"a key is a name without spaces, dots, brackets or '=', not {_start(key)!r}")
        path = f"{top.path}.{key}" if top.path else key
        if key in top.values:
            raise self._refuse(event, f"the key {key!r} is here twice, first at {self.where[path]}", path)
        self.where[path] = self._position(event)
        return key

    def _descend(self, event: Any, values: dict[str, Any] | list[Any]) -> None:
        if len(self.open) == MAX_DEPTH:
            raise self._refuse(event, f"is nested more than {MAX_DEPTH} levels deep")
        self.open.append(_Open(values, self._place(event, values)))

    def _place(self, event: Any, value: Any) -> str:
        """Puts a value where it belongs, and returns its path."""
        if not self.open:
            self.root = value
            return ""
        top = self.open[-1]
        if isinstance(top.values, list):
            path = f"{top.path}[{len(top.values)}]"
            self.where[path] = self._position(event)
            top.values.append(value)
            return path
        assert top.key is not None
        path = f"{top.path}.{top.key}" if top.path else top.key
        top.values[top.key] = value
        top.key = None
        return path

    def _scalar(self, event: Any) -> Any:
        text = event.value
        if not _is_unicode(text):
            raise self._refuse(event, "the text holds half a surrogate pair")
        if not event.implicit[0]:
            return text
        if text in WORDS:
            return WORDS[text]
        if WHOLE.fullmatch(text):
            if len(text.lstrip("+-")) > 18:
                raise self._refuse(event, f"the number {_start(text)} is too large")
            return int(text)
        if ENDLESS.fullmatch(text) or (DECIMAL.fullmatch(text) and not math.isfinite(float(text))):
            raise self._refuse(event, f"the number {_start(text)} is not finite")
        return float(text) if DECIMAL.fullmatch(text) and not LEADING_ZERO.fullmatch(text) else text

    def _position(self, event: Any) -> str:
        return _at(self.name, event.start_mark.line, self.numbered)

    def _refuse(self, event: Any, message: str, path: str = "") -> RecipeError:
        top = self.open[-1] if self.open else None
        inside = ".".join(part for part in (top.path, top.key) if part) if top else ""
        return _refusal(self._position(event), path or inside, message)


def _refusal(where: str, path: str, message: str) -> RecipeError:
    return RecipeError([Problem(where, path, message)])


def _at(name: str, line: int, numbered: bool) -> str:
    return f"{name}:{line + 1}" if numbered else name


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _code(character: Any) -> str:
    return f"U+{character if isinstance(character, int) else ord(character):04X}"


def _start(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:21]}..."
