"""What can go wrong, by who can put it right. Every text is a sentence for that person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class SparringError(Exception):
    """The root: the command line prints it without a traceback and ends with exit status 2."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a recipe: where it stands, what it is, and ways out.

    `where` is `file:line` (or the argument on the command line), `path` the dotted path of the value.
    """

    where: str
    path: str
    message: str
    hints: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = ": ".join(part for part in (self.where, self.path) if part)
        first = f"{place}: {self.message}" if place else self.message
        return "\n".join((first, *(f"  {hint}" for hint in self.hints)))


class RecipeError(SparringError):
    """For whoever wrote the recipe or the command: all its problems at once."""

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        self.problems = (Problem("", "", problems),) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PluginError(SparringError):
    """For whoever wrote or installed a plugin."""


class DataError(SparringError):
    """For whoever provides the data: a file or folder that is missing, damaged or does not fit."""


class CheckpointError(SparringError):
    """For whoever keeps the runs: nothing good is left to resume from, or nothing could be saved."""


class GameError(SparringError):
    """For whoever trains: the numbers went wrong, or the machines are not those that were asked for."""
