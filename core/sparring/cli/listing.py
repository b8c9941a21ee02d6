"""`sparring list [KIND]`: the components that recipes can name, or the recipes."""

from __future__ import annotations

import argparse
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

from sparring.component import KINDS
from sparring.plugins.registry import Owned, Plugins
from sparring.recipe.tree import recipe_names
from sparring.terminal import aligned


def add_to(commands: Any) -> None:
    parser = commands.add_parser("list", help="list components, or recipes", description=__doc__)
    parser.add_argument("kind", nargs="?", choices=(*KINDS, "recipes"), metavar="KIND", help=f"one of {', '.join(KINDS)}, recipes")
    parser.set_defaults(command=listing)


def listing(arguments: argparse.Namespace) -> int:
    if arguments.kind == "recipes":
        print(aligned([(name, _headline(path)) for name, path in sorted(recipe_names().items())]))
        return 0
    plugins = Plugins()
    groups = groupby(plugins.components(arguments.kind), key=lambda owned: owned.component.kind)
    print("\n\n".join("\n".join((kind, aligned([_row(owned) for owned in group], indent="  "))) for kind, group in groups))
    if plugins.failures:
        names = ", ".join(repr(failure.plugin.name) for failure in plugins.failures)
        print(f"did not load: {names}; 'sparring plugins' says why", file=sys.stderr)
    return 0


def _row(owned: Owned) -> tuple[str, str, str]:
    needs = owned.missing() and f"  [not installed: {', '.join(owned.absent())}]"
    return owned.component.name, owned.plugin.name, f"{owned.component.summary}{needs}"


def _headline(path: Path) -> str:
    """The first line of a recipe's header."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        first = lines.readline()
    return first.removeprefix("#").strip() if first.startswith("#") else ""
