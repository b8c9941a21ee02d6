"""`sparring describe NAME`: what a component is, who brings it, and which options it takes."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sparring.component import KINDS
from sparring.plugins.registry import Owned, Plugins
from sparring.terminal import aligned

if TYPE_CHECKING:
    from sparring.recipe.signature import Parameter


def add_to(commands: Any) -> None:
    parser = commands.add_parser("describe", help="say what a component is, and which options it takes", description=__doc__)
    parser.add_argument("name", metavar="NAME", help="name of a component, or plugin:name")
    parser.set_defaults(command=describe)


def describe(arguments: argparse.Namespace) -> int:
    plugins = Plugins()
    owner, _, name = arguments.name.rpartition(":")
    found = [owned for owned in plugins.components() if owned.component.name == name and owner in ("", owned.plugin.name)]
    if not found:
        plugins.find(KINDS, arguments.name)  # says who it may have been
    print("\n\n".join("\n".join(_lines(owned)) for owned in found))
    return 0


def _lines(owned: Owned) -> Iterator[str]:
    component = owned.component
    yield f"{component.kind} {component.name}"
    yield f"  {component.summary}"
    if component.source:
        yield f"  source: {component.source}"
    yield f"  plugin: {owned.plugin}"
    if owned.missing():
        yield f"  {owned.missing()}"
        return
    options = _options(owned)
    yield "  options:" if options else "  options: none"
    if options:
        rows = [(one.name, one.type, "required" if one.required else f"= {one.default!r}") for one in options]
        yield aligned(rows, indent="    ")
    for option in options:
        if option.network:
            yield f"  {option.name} is a network: its name, or a mapping such as {{use: NAME, weights: RUN}}"


def _options(owned: Owned) -> list[Parameter]:
    from sparring.recipe.signature import given, load, parameters

    target = load(owned.component.target)
    taken = given(owned.component.kind, target)
    return [parameter for parameter in parameters(target) if parameter.name not in taken]
