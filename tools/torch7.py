"""What a binary file of Torch 7 (`torch.save` of Lua) holds: nil, numbers, strings, booleans, tables and tensors; nothing of it is run.

The layout, after torch7's `File.lua`, `generic/Tensor.c` and `generic/Storage.c`, little-endian with longs of 64 bits: an object is an
int that says its type, and then
- nil: nothing; number: a double; boolean: an int; string: an int, its length, and the bytes;
- table: an int, the object's number in the file, with nothing after it when that was there before; an int, how many pairs; keys and values;
- Torch object: its number likewise; the string "V 1"; the string of the class. A tensor goes on with an int, how many axes; longs, their
  sizes; longs, their strides; a long, where it begins in its storage, from 1; and its storage, an object. A storage goes on with a long,
  its length, and the numbers.
Functions, whose bytes Lua would run, and other classes are refused.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from typing import TypeAlias, Union

import numpy as np

Value: TypeAlias = Union[bool, float, str, np.ndarray, "Mapping[Value, Value]", None]

NIL, NUMBER, STRING, TABLE, TORCH, BOOLEAN = range(6)
FUNCTIONS = (6, 7, 8)
KINDS = {
    "Byte": "u1",
    "Char": "i1",
    "Short": "<i2",
    "Int": "<i4",
    "Long": "<i8",
    "Float": "<f4",
    "Double": "<f8",
    "Cuda": "<f4",
}
MOST_AXES = 8
MOST_DEEP = 32
MOST_OBJECTS = 1_000_000
"""Objects of a file: those of a class of images are a few hundred; more would only be there to fill the memory."""


def read_torch7(data: bytes, *, most_objects: int = MOST_OBJECTS) -> Value:
    """The object in a binary file of Torch 7: tables are mappings, with whole numbers as floats among the keys; tensors are arrays.

    Arrays are views of `data`. Raises `ValueError` with a sentence for functions and other classes, for a file that is cut off or
    damaged, in ASCII or from a machine with other sizes, and for one of more than `most_objects` objects.
    """
    return _File(data, most_objects).value(depth=0)


class _File:
    """The place in the file, and the numbered objects read so far."""

    def __init__(self, data: bytes, most_objects: int) -> None:
        self.data = data
        self.place = 0
        self.left = self.most_objects = most_objects
        self.objects: dict[int, Value] = {}

    def take(self, count: int) -> int:
        """Where the next `count` bytes begin."""
        if not 0 <= count <= len(self.data) - self.place:
            raise ValueError("it ends in the middle, or is no binary file of Torch 7: get it again.")
        self.place += count
        return self.place - count

    def integer(self) -> int:
        return struct.unpack_from("<i", self.data, self.take(4))[0]

    def longs(self, count: int) -> tuple[int, ...]:
        return struct.unpack_from(f"<{count}q", self.data, self.take(8 * count))

    def string(self) -> str:
        count = self.integer()
        start = self.take(count)
        try:
            return self.data[start : start + count].decode()
        except UnicodeDecodeError:
            raise ValueError(f"it has a string that is no text, at byte {start:,}.") from None

    def value(self, *, depth: int) -> Value:
        """The next object."""
        self.left -= 1
        if self.left < 0:
            raise ValueError(f"it has more than {self.most_objects:,} objects: no published file of embeddings has so many.")
        if depth > MOST_DEEP:
            raise ValueError(f"its tables are more than {MOST_DEEP} deep: no published file of embeddings is.")
        kind = self.integer()
        if kind == NIL:
            return None
        if kind == NUMBER:
            return struct.unpack_from("<d", self.data, self.take(8))[0]
        if kind == STRING:
            return self.string()
        if kind == BOOLEAN:
            return self.integer() == 1
        if kind in FUNCTIONS:
            raise ValueError("it holds a function, which embeddings do not need and which could run anything: it is not read.")
        if kind not in (TABLE, TORCH):
            raise ValueError("it is no binary file of Torch 7: in Lua, torch.save(path, object) writes one.")
        index = self.integer()
        if index not in self.objects:
            if kind == TABLE:
                self.table(index, depth=depth)
            else:
                self.objects[index] = self.torch(depth=depth)
        return self.objects[index]

    def table(self, index: int, *, depth: int) -> None:
        table: dict[Value, Value] = {}
        self.objects[index] = table  # before its pairs, which may hold the table itself
        for _ in range(self.integer()):
            key = self.value(depth=depth + 1)
            if not isinstance(key, (str, float)):
                raise ValueError("it has a table with a key that is neither a number nor text.")
            table[key] = self.value(depth=depth + 1)

    def torch(self, *, depth: int) -> np.ndarray:
        version = self.string()
        if version != "V 1":
            raise ValueError(
                f"its objects are of version {version[:40]!r}, but 'V 1' is the one that can be read: save it again in Torch 7."
            )
        name = self.string()
        for kind, dtype in KINDS.items():
            if name == f"torch.{kind}Tensor":
                return self.tensor(name, dtype, depth=depth)
            if name == f"torch.{kind}Storage":
                (count,) = self.longs(1)
                return np.frombuffer(self.data, dtype, count, self.take(count * np.dtype(dtype).itemsize)) if count else np.empty(0, dtype)
        raise ValueError(f"it holds a {name[:60]!r}, which embeddings do not need: it is not read.")

    def tensor(self, name: str, dtype: str, *, depth: int) -> np.ndarray:
        axes = self.integer()
        if not 0 <= axes <= MOST_AXES:
            raise ValueError(f"it holds a tensor of {axes:,} axes: it is damaged.")
        sizes, strides, (start,) = self.longs(axes), self.longs(axes), self.longs(1)
        storage = self.value(depth=depth + 1)
        if not axes or storage is None:
            return np.empty(0, dtype)
        if isinstance(storage, np.ndarray) and storage.ndim == 1 and storage.dtype == dtype and min(*sizes, start) > 0 <= min(strides):
            last = start - 1 + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
            if last < len(storage) and math.prod(sizes) <= len(storage):
                bytes_apart = [stride * storage.itemsize for stride in strides]
                return np.lib.stride_tricks.as_strided(storage[start - 1 :], sizes, bytes_apart, writeable=False)
        raise ValueError(f"it holds a {name!r} that reaches beyond its own numbers: it is damaged.")
