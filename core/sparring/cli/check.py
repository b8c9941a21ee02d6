"""`sparring check RECIPE [key=value…]`: say everything that is wrong with a recipe, or draw the game that it describes."""

from __future__ import annotations

import argparse
from typing import Any

from sparring.cli.run import add_recipe


def add_to(commands: Any) -> None:
    parser = commands.add_parser("check", help="say what is wrong with a recipe, or draw its game", description=__doc__)
    add_recipe(parser)
    parser.set_defaults(command=check)


def check(arguments: argparse.Namespace) -> int:
    from sparring.plugins.registry import Plugins
    from sparring.recipe.recipe import load_recipe

    plugins = Plugins()
    recipe = load_recipe(arguments.recipe, arguments.overrides, plugins=plugins)
    from sparring.play import check as checking  # not before the recipe is good

    print(checking.check(recipe, plugins))
    return 0
