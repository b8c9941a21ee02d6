"""`sparring apply RUN [INPUT…] --output FOLDER [--as APPLICATION] [--OPTION VALUE…]`: use a trained run.

The options are those of the run's application, in any order, before or behind the inputs; an unknown one is answered with the nearest.
What is a text or a path to the application is taken as it is typed, and everything else is read as a recipe reads it. Behind `--`, words
are inputs, whatever they begin with.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

if TYPE_CHECKING:
    from sparring.application import Report

from sparring.cli.evaluate import add_checkpoint
from sparring.errors import Problem, RecipeError
from sparring.recipe.strict_yaml import read_value

NAME = "apply"
# The command's own options, which each take a value.
OWN = ("as", "checkpoint", "output")
# "--steps", "--steps=8", "-n", "-n=8", "-n8"; but not "-5" or "- a bird"
OPTION = re.compile(r"(--?)([^\W\d_][^\s=]*)(?:=(.*))?", re.DOTALL)


def add_to(commands: Any) -> None:
    parser = commands.add_parser(NAME, help="use a trained run: on files, or to make things", description=__doc__, allow_abbrev=False)
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
        options = bind(application.apply, read_options(arguments.options, application.apply), given=fixed)
    except BindingError as error:
        problems = [Problem("command line", _flag(fault.option), fault.message, fault.hints) for fault in error.faults]
        raise RecipeError(problems) from None
    report = application.apply(arguments.inputs, arguments.output, **options)
    return conclude(report, arguments.output, quiet=rank() > 0)


def conclude(report: Report, output: str, *, quiet: bool = False) -> int:
    """Say what became of the inputs, unless `quiet`. Returns the exit status: 1 where something was skipped or nothing written, else 0."""
    if not quiet:
        for remark in report.remarks:
            print(remark, file=sys.stderr)
        for name, reason in report.skipped:
            print(f"{name}: skipped: {reason}", file=sys.stderr)
        print(f"{len(report.written)} written to {output}, {len(report.skipped)} skipped")
    return 1 if report.skipped or not report.written else 0


def separate(words: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """What argparse is to read of a command line, and, where the command is `apply`, the flags and values of the application's options.

    argparse cannot know which of an unknown option's neighbours is its value, and which one an input. Raises `RecipeError` for an option
    without a value: a value that looks like an option needs the '='.
    """
    if list(words[:1]) != [NAME]:
        return list(words), []
    own: list[str] = []
    inputs: list[str] = []
    options: list[tuple[str, str]] = []
    rest = list(words[1:])
    while rest:
        word = rest.pop(0)
        if word == "--":
            inputs, rest = [*inputs, *rest], []
        elif not (option := OPTION.fullmatch(word)):
            inputs.append(word)
        elif word in ("-h", "--help") or (word.startswith("--") and option[2] in OWN):
            own.append(word)
            if option[2] in OWN and option[3] is None:
                own += [rest.pop(0)] if rest else []
        else:
            flag, value = _flag_and_value(option)
            if value is None and (not rest or rest[0] == "--" or OPTION.fullmatch(rest[0])):
                raise RecipeError([Problem("command line", flag, f"write {flag}=VALUE, or the option and its value")])
            options.append((flag, rest.pop(0) if value is None else value))
    return [NAME, *own, "--", *inputs], options


def _flag_and_value(option: re.Match[str]) -> tuple[str, str | None]:
    dashes, name, value = option.groups()
    if dashes == "-" and len(name) > 1:
        if value is None and name[1].isdigit():
            return f"-{name[0]}", name[1:]
        hint = f"an input of that name is written behind a '--': -- {option[0]}"
        raise RecipeError([Problem("command line", option[0], f"write --{name}: one dash is for options of one letter", (hint,))])
    return dashes + name, value


def read_options(options: Sequence[tuple[str, str]], function: Callable[..., Any]) -> dict[str, Any]:
    """`[("--dry-share", "0.1"), ("-n", "8")]` as options of `function` by name.

    For what `function` takes as a text or a path, the value is as it was typed; the others follow the rules of recipes. Raises
    `RecipeError` for an option that is given twice.
    """
    from sparring.recipe.signature import parameters  # here, since it imports pydantic

    texts = {one.name for one in parameters(function) if _is_text(one.kind)}
    read: dict[str, Any] = {}
    for flag, value in options:
        name = flag.lstrip("-").replace("-", "_")
        if name in read:
            raise RecipeError([Problem("command line", flag, "is given twice: give it once, in two goes if you want both")])
        read[name] = value if name in texts else read_value(value, f"command line: {flag}")
    return read


def _is_text(kind: Any) -> bool:
    """Whether nothing but a text or a path will do, or nothing at all."""
    origin, members = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _is_text(members[0])
    if origin in (Union, UnionType):
        return all(_is_text(member) for member in members if member is not NoneType)
    return kind in (str, Path)


def _flag(option: str) -> str:
    return f"-{option}" if len(option) == 1 else f"--{option.replace('_', '-')}"
