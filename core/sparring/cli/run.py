"""`sparring run RECIPE [key=value…]`: play a recipe's game, from the start or from where it was left."""

from __future__ import annotations

import argparse
from typing import Any


def add_to(commands: Any) -> None:
    parser = commands.add_parser("run", help="play a recipe's game; the same command resumes it", description=__doc__)
    add_recipe(parser)
    parser.set_defaults(command=run)


def add_recipe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", help="path of a recipe, or its name (see 'sparring list recipes')")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="other values than the recipe's: run.steps=200 data.root=CORPUS")


def run(arguments: argparse.Namespace) -> int:
    from sparring.plugins.registry import Plugins
    from sparring.recipe.recipe import load_recipe

    plugins = Plugins()
    recipe = load_recipe(arguments.recipe, arguments.overrides, plugins=plugins)
    from sparring.runs import runner  # not before the recipe is good

    runner.run(recipe, plugins, ["sparring", *arguments.words])
    return 0
