"""`sparring apply RUN [INPUT…] --output FOLDER [--as APPLICATION] [--OPTION VALUE…]`: use a trained run.

The options are those of the run's application; a wrong one is answered with the list of them.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Sequence
from typing import Any

from sparring.cli.evaluate import add_checkpoint
from sparring.errors import Problem, RecipeError
from sparring.recipe.strict_yaml import read_value


def add_to(commands: Any) -> None:
    parser = commands.add_parser("apply", help="use a trained run: on files, or to make things", description=__doc__, allow_abbrev=False)
    parser.add_argument("run", metavar="RUN", help="folder of a run, such as runs/segan")
    parser.add_argument("inputs", nargs="*", metavar="INPUT", help="files or folders, for applications that take some")
    parser.add_argument("--as", dest="application", metavar="APPLICATION", help="another application of the run's task than its main one")
    parser.add_argument("--output", required=True, metavar="FOLDER", help="folder for what is made")
    add_checkpoint(parser)
    parser.set_defaults(command=apply)


def apply(arguments: argparse.Namespace) -> int:
    from sparring.play.collective import rank
    from sparring.plugins.registry import Plugins
    from sparring.recipe.signature import BindingError, bind
    from sparring.runs.trained import load

    application = load(arguments.run, application=arguments.application, checkpoint=arguments.checkpoint, plugins=Plugins())
    if bool(arguments.inputs) != bool(application.inputs):
        wanted = f"takes {application.inputs}: write them behind the run" if application.inputs else "takes no inputs: leave them out"
        raise RecipeError([Problem("command line", " ".join(arguments.inputs), f"this application {wanted}")])
    fixed = [name for name, one in inspect.signature(application.apply).parameters.items() if one.kind is not one.KEYWORD_ONLY]
    try:
        options = bind(application.apply, read_options(arguments.others), given=fixed)
    except BindingError as error:
        problems = [Problem("command line", _flag(fault.option), fault.message, fault.hints) for fault in error.faults]
        raise RecipeError(problems) from None
    report = application.apply(arguments.inputs, arguments.output, **options)
    if rank() == 0:
        for name, reason in report.skipped:
            print(f"{name}: skipped: {reason}", file=sys.stderr)
        print(f"{len(report.written)} written to {arguments.output}, {len(report.skipped)} skipped")
    return 1 if report.skipped or not report.written else 0


def read_options(words: Sequence[str]) -> dict[str, Any]:
    """`--dry-share 0.1 --fast=true` as options by name; values follow the rules of recipes."""
    options: dict[str, Any] = {}
    rest = list(words)
    while rest:
        flag, equals, text = rest.pop(0).partition("=")
        if not flag.startswith("--") or not (equals or rest):
            raise RecipeError([Problem("command line", flag, f"write {flag}=VALUE, or the option and its value behind the inputs")])
        options[flag.removeprefix("--").replace("-", "_")] = read_value(text if equals else rest.pop(0), "command line")
    return options


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')}"
