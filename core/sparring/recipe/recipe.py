"""A recipe: components combined into a game."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sparring.errors import Problem, RecipeError
from sparring.plugins.registry import Plugins
from sparring.recipe.component_check import faults_of
from sparring.recipe.fields import Notes, place_of
from sparring.recipe.section_reader import Sections
from sparring.recipe.sections import DataSection, EvaluationSection, NetworkSection, PlayerSection, RunSection, Use
from sparring.recipe.text import as_yaml
from sparring.recipe.tree import find_recipe, read_tree


@dataclass(frozen=True)
class Recipe:
    """What `load_recipe` read. `tree` is the merged recipe as nested mappings; `places` says where each of its values was written."""

    task: Use
    data: DataSection
    networks: Mapping[str, NetworkSection]
    views: Mapping[str, Use]
    players: Mapping[str, PlayerSection]
    run: RunSection
    evaluation: EvaluationSection
    tree: Mapping[str, Any]
    file: Path
    places: Mapping[str, str]

    @property
    def name(self) -> str:
        """The name of the run: `run.name`, or else that of the file."""
        return self.run.name

    def where(self, path: str) -> str:
        """`file:line` of a dotted path such as `players.generator.terms.l1.of`, or of the nearest mapping around it."""
        return place_of(path, self.places, otherwise=str(self.file))

    def problem(self, path: str, message: str, *hints: str) -> Problem:
        """Something that is wrong with the value at a dotted path."""
        return Problem(self.where(path), path, message, hints)

    def components(self) -> Iterator[tuple[tuple[str, ...], Use]]:
        """Every use of a component in the order of the sections, each with the kinds that may stand there."""
        yield ("task",), self.task
        yield ("data",), self.data.use
        for network in self.networks.values():
            yield ("network",), network.use
            for regularizer in network.regularizers:
                yield ("regularizer",), regularizer
        for view in self.views.values():
            yield ("view",), view
        for player in self.players.values():
            rate = {"lr": player.lr} if isinstance(player.lr, float) else {}
            yield ("optimizer",), replace(player.optimizer, options={**player.optimizer.options, **rate})
            if isinstance(player.lr, Use):
                yield ("schedule",), player.lr
            for term in player.terms.values():
                yield ("loss", "regularizer"), term.use
                if isinstance(term.weight, Use):
                    yield ("schedule",), term.weight
        for metric in self.evaluation.metrics:
            yield ("metric",), metric
        for baseline in self.evaluation.baselines:
            yield ("baseline",), baseline

    def dump(self) -> str:
        """The whole recipe as YAML that loads to the same: nothing extended, nothing from the command line, and the run named."""
        return as_yaml({**self.tree, "run": {**self.tree["run"], "name": self.name}})


def load_recipe(path_or_name: str | Path, overrides: Iterable[str] = (), *, plugins: Plugins | None = None) -> Recipe:
    """A recipe from a file, or by name from `recipes/` of the working folder or of sparring; overrides are `run.steps=200`.

    With `plugins`, the components and their options are checked as well. Raises `RecipeError` with every problem at once.
    """
    file = find_recipe(path_or_name)
    tree = read_tree(file, overrides)
    notes = Notes(lambda path: place_of(path, tree.where, otherwise=str(file)))
    read = Sections(tree.values, notes, stem=file.stem)
    recipe = Recipe(
        read.task, read.data, read.networks, read.views, read.players, read.run, read.evaluation, tree.values, file, tree.where
    )  # fmt: skip
    problems = notes.problems + (check_components(recipe, plugins) if plugins else [])
    if problems:
        raise RecipeError(problems)
    return recipe


def check_components(recipe: Recipe, plugins: Plugins) -> list[Problem]:
    """Every component that nobody brings, that cannot work here, or whose options do not fit; imports what the recipe uses."""
    problems = []
    for kinds, use in recipe.components():
        if not use.name:  # its absence was said when the sections were read
            continue
        for fault in faults_of(kinds, use, plugins):
            path = f"{use.path}.{fault.option}"
            if path not in recipe.places:  # a component that is given by its name alone
                path = path.removesuffix(".use")
            problems.append(recipe.problem(path, fault.message, *fault.hints))
    return problems
