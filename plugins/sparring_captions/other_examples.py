"""Which other examples a text does not describe, in an order that belongs to one example."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b

import numpy as np

from sparring import Example


def others_of(example: Example, examples: Sequence[Example]) -> Iterator[int]:
    """The numbers of those `examples` that are of another class than `example`, shuffled by its name and draw.

    Without classes, all but itself.
    """
    digest = blake2b(f"{example.name}\x1f{example.draw}".encode(), digest_size=16).digest()
    shuffled = np.random.Generator(np.random.Philox(int.from_bytes(digest, "little"))).permutation(len(examples))
    own = _class_of(example)
    return (int(number) for number in shuffled if _class_of(examples[number]) != own)


def _class_of(example: Example) -> int | str:
    label = getattr(example, "label", None)
    return example.name if label is None else label
