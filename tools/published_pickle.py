"""What a published pickle holds, without unpickling: lists, tuples, strings, numbers and NumPy arrays, and not a thing beside.

A pickle is a program for a small machine with a stack, which may name any function and have it called. Here that machine is played by
hand, over the instructions that lists of arrays need. A name in the file is only compared with the few that NumPy writes for an array;
it is never looked up, imported or called. Python 2's strings are bytes, which `pickletools.genops` cannot read of protocol 0.
"""

from __future__ import annotations

import codecs
import math
import pickletools
import struct
from dataclasses import dataclass
from typing import TypeAlias, Union

import numpy as np

Value: TypeAlias = Union[bool, int, float, bytes, str, "list[Value]", "tuple[Value, ...]", "Array", "Number", "Name", None]

FLOATS = ("f2", "f4", "f8")
MOST_AXES = 3
MOST_STEPS = 10_000_000
"""Instructions of a file: a hundred times those of the published birds; more would only be there to fill the memory."""

INSTRUCTIONS = {one.code.encode("latin1"): one.name for one in pickletools.opcodes}
CONSTANTS = {b"N": None, b"\x88": True, b"\x89": False}
NUMBERS = {b"K": "<B", b"M": "<H", b"J": "<i", b"G": ">d"}
STRINGS = {b"T": "<I", b"U": "<B", b"B": "<I", b"C": "<B", b"\x8e": "<Q"}
TEXTS = {b"X": "<I", b"\x8c": "<B", b"\x8d": "<Q"}
LINES = frozenset((b"I", b"L", b"F", b"S", b"V"))
TUPLES = {b"\x85": 1, b"\x86": 2, b"\x87": 3}
GETS = {b"h": "<B", b"j": "<I"}
PUTS = {b"q": "<B", b"r": "<I"}
SKIPPED = {b"\x80": 1, b"\x95": 8}
"""Bytes after an instruction that changes nothing: the protocol's version, the length of a frame."""


@dataclass(frozen=True)
class Name:
    """A function or class that the file names, by the word for it here."""

    word: str


NAMES = {
    ("numpy.core.multiarray", "_reconstruct"): Name("array"),
    ("numpy._core.multiarray", "_reconstruct"): Name("array"),
    ("numpy", "ndarray"): Name("ndarray"),
    ("numpy", "dtype"): Name("number"),
    ("_codecs", "encode"): Name("encode"),
    ("__builtin__", "bytes"): Name("bytes"),
    ("builtins", "bytes"): Name("bytes"),
}


@dataclass
class Number:
    """The type of an array's numbers: one of `FLOATS`, and the order of its bytes."""

    code: str
    order: str = "="


@dataclass
class Array:
    """A NumPy array; `values` is None until the file has said what it holds."""

    values: np.ndarray | None = None


def read_pickle(data: bytes, *, most_steps: int = MOST_STEPS) -> Value:
    """The value in a pickle of protocol 0 to 4; strings of Python 2 are bytes.

    Raises `ValueError` with a sentence for what no list of arrays, strings and numbers needs, for a file that is cut off or damaged,
    and for one of more than `most_steps` instructions.
    """
    machine = _Machine(data)
    try:
        for _ in range(most_steps):
            code = machine.take(1)
            if code == b".":
                return machine.stack.pop()
            machine.play(code)
    except _Refused as error:
        raise ValueError(str(error)) from None
    except (IndexError, KeyError, ValueError, struct.error) as error:
        raise ValueError("it is damaged, or no pickle: get it again.") from error
    raise ValueError(f"it has more than {most_steps:,} instructions: no published file of embeddings is so long.")


class _Refused(Exception):
    """A sentence about the file."""


class _Machine:
    """The stack, the marks on it, what is remembered, and the place in the file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0
        self.stack: list[Value] = []
        self.marks: list[int] = []
        self.memo: dict[int, Value] = {}

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.place:
            raise _Refused("it ends in the middle: get it again.")
        self.place += count
        return self.data[self.place - count : self.place]

    def number(self, kind: str) -> int:
        return struct.unpack(kind, self.take(struct.calcsize(kind)))[0]

    def line(self) -> bytes:
        end = self.data.find(b"\n", self.place)
        line = self.take(end - self.place if end >= 0 else len(self.data))
        self.place += 1
        return line

    def marked(self) -> list[Value]:
        """Everything above the last mark, taken off the stack."""
        mark = self.marks.pop()
        taken = self.stack[mark:]
        del self.stack[mark:]
        return taken

    def play(self, code: bytes) -> None:
        """One instruction."""
        if code in SKIPPED:
            self.take(SKIPPED[code])
        elif code in GETS or code == b"g":
            self.stack.append(self.memo[self.number(GETS[code]) if code in GETS else int(self.line())])
        elif code in PUTS or code == b"p":
            self.memo[self.number(PUTS[code]) if code in PUTS else int(self.line())] = self.stack[-1]
        elif code == b"\x94":
            self.memo[len(self.memo)] = self.stack[-1]
        elif code == b"(":
            self.marks.append(len(self.stack))
        elif code in (b"a", b"e"):
            self.extend([self.stack.pop()] if code == b"a" else self.marked())
        elif code == b"b":
            self.build(self.stack.pop())
        else:
            self.stack.append(self.value(code))

    def value(self, code: bytes) -> Value:
        """What an instruction puts on the stack."""
        if code in CONSTANTS:
            return CONSTANTS[code]
        if code in NUMBERS:
            return self.number(NUMBERS[code])
        if code in STRINGS:
            return self.take(self.number(STRINGS[code]))
        if code in TEXTS:
            return self.take(self.number(TEXTS[code])).decode("utf-8", "surrogatepass")
        if code in LINES:
            return _of_line(code, self.line())
        if code == b"\x8a":
            return int.from_bytes(self.take(self.number("<B")), "little", signed=True)
        if code in (b"]", b")"):
            return [] if code == b"]" else ()
        if code in (b"l", b"t"):
            return self.marked() if code == b"l" else tuple(self.marked())
        if code in TUPLES:
            return tuple([self.stack.pop() for _ in range(TUPLES[code])][::-1])
        if code == b"c":
            module, name = self.line().decode(), self.line().decode()
            return _known(module, name)
        if code == b"\x93":
            name, module = self.stack.pop(), self.stack.pop()
            return _known(module, name)
        if code == b"R":
            arguments, name = self.stack.pop(), self.stack.pop()
            return _made(name, arguments)
        known = INSTRUCTIONS.get(code)
        raise _Refused(f"it holds {known!r}, which lists of arrays do not need: it is not read." if known else "it is no pickle.")

    def extend(self, values: list[Value]) -> None:
        target = self.stack[-1]
        if not isinstance(target, list):
            raise IndexError("no list to append to")
        target += values

    def build(self, state: Value) -> None:
        """Say what the number type or the array on the stack is: NumPy's `__setstate__`."""
        match self.stack[-1], state:
            case Number() as number, (int(), str() | bytes() as order, *_) if _text(order) in ("<", ">", "=", "|"):
                number.order = _text(order).replace("|", "=")
            case Array() as array, (int(), tuple() as shape, Number() as number, int() as columns_first, bytes() as data):
                array.values = _values(shape, number, data, order="F" if columns_first else "C")
            case _:
                raise _Refused("it holds an array that is no array of floating-point numbers: embeddings are 'f2', 'f4' or 'f8'.")


def _of_line(code: bytes, line: bytes) -> Value:
    """A number or string that protocol 0 writes as a line of text."""
    if code == b"I":
        return {b"00": False, b"01": True}.get(line, int(line))
    if code == b"L":
        return int(line.rstrip(b"L"))
    if code == b"F":
        return float(line)
    if code == b"V":
        return line.decode("raw-unicode-escape")
    line = line.strip()
    if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in (b"'", b'"'):
        raise ValueError("a string without quotes")
    return codecs.escape_decode(line[1:-1])[0]  # type: ignore[attr-defined]


def _known(module: Value, name: Value) -> Name:
    if not isinstance(module, str) or not isinstance(name, str):
        raise IndexError("a name that is no text")
    if (module, name) not in NAMES:
        called = f"{module}.{name}"[:100]
        raise _Refused(f"it asks for {called!r}, which lists of arrays do not need and which could run anything: it is not read.")
    return NAMES[module, name]


def _made(name: Value, arguments: Value) -> Value:
    """What calling `name` would give: an empty array, a type of numbers, or bytes."""
    match name, arguments:
        case Name("array"), (Name("ndarray"), *_):
            return Array()
        case Name("number"), (str() | bytes() as code, *_) if _text(code) in FLOATS:
            return Number(_text(code))
        case Name("number"), (str() | bytes() as code, *_):
            raise _Refused(f"it holds an array of {_text(code)[:20]!r}: embeddings are 'f2', 'f4' or 'f8'.")
        case Name("encode"), (str() as text, "latin1"):
            return text.encode("latin1")
        case Name("bytes"), ():
            return b""
    raise _Refused("it calls something that is no array, no type of numbers and no bytes: it is not read.")


def _text(word: str | bytes) -> str:
    return word if isinstance(word, str) else word.decode("latin1")


def _values(shape: tuple[Value, ...], number: Number, data: bytes, *, order: str) -> np.ndarray:
    sizes = [size for size in shape if isinstance(size, int) and size >= 0]
    kind = np.dtype(number.order + number.code)
    if len(sizes) < len(shape) or len(sizes) > MOST_AXES or math.prod(sizes) * kind.itemsize != len(data):
        raise _Refused(f"it holds an array whose {len(data):,} bytes do not fit the shape that it claims.")
    return np.frombuffer(data, kind).reshape(sizes, order="F" if order == "F" else "C")
