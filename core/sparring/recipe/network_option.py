"""A network that is an option of another component, as a recipe writes it: as under `networks:`, or by its bare name."""

from __future__ import annotations

from typing import Any

from sparring.recipe.fields import Fields, Notes, place_of
from sparring.recipe.sections import BESIDE, NetworkSection, Use
from sparring.recipe.signature import Fault
from sparring.recipe.use_reader import named_use, read_use, read_uses

# What may stand beside its options: such a network does not play, so that nothing else could have an effect.
KEYS = ("use", "weights", "regularizers")


def read_network(owner: Use, option: str, value: Any) -> tuple[NetworkSection, list[Fault]]:
    """The network that `owner` has for `option`, and all that is wrong with how it is written, by the path from `owner` on."""
    path = f"{owner.path}.{option}"
    notes = Notes(lambda below: place_of(below, owner.places, otherwise=owner.where))
    section = _section(notes, path, value)
    return section, [Fault(one.path.removeprefix(f"{owner.path}."), one.message, one.hints) for one in notes.problems]


def _section(notes: Notes, path: str, value: Any) -> NetworkSection:
    if isinstance(value, str) and value:
        return NetworkSection(named_use(notes, path, value), frozen=True)
    fields = Fields(notes, path, value, expects="the name of a network, or a mapping such as '{use: NAME, weights: RUN}'")
    if not fields.readable:
        return NetworkSection(named_use(notes, path, ""), frozen=True)
    weights, regularizers = fields.text("weights"), read_uses(fields, "regularizers")
    for key in BESIDE["network"]:
        if key not in KEYS and key in fields.values:
            fields.take(key)
            fields.wrong(key, f"{key!r} is for networks that play: one that is an option is built for its component, and frozen")
    return NetworkSection(read_use(fields), weights, frozen=True, regularizers=regularizers)
