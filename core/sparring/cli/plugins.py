"""`sparring plugins`: the plugins that take part, and the story of those that do not."""

from __future__ import annotations

import argparse
from typing import Any

from sparring.plugins.registry import NARROW, Plugins
from sparring.terminal import aligned


def add_to(commands: Any) -> None:
    parser = commands.add_parser("plugins", help="list plugins, and why some did not load", description=__doc__)
    parser.set_defaults(command=show)


def show(arguments: argparse.Namespace) -> int:
    plugins = Plugins()
    brought = [owned.plugin for owned in plugins.components()]
    print(aligned([(one.name, f"{one.distribution} {one.version}", f"components: {brought.count(one)}") for one in plugins.loaded]))
    for failure in plugins.failures:
        print(failure)
    if plugins.left_out:
        print(f"{NARROW} leaves out {', '.join(one.name for one in plugins.left_out)}")
    return 0
