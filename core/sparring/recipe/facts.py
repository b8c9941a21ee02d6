"""What the data tell tasks and networks: image sizes, channels and classes need not be written twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sparring.errors import Problem, RecipeError
from sparring.plugins.registry import Plugins
from sparring.recipe.recipe import Recipe
from sparring.recipe.sections import NetworkSection, Use
from sparring.recipe.signature import load, parameters


def filled(recipe: Recipe, plugins: Plugins, facts: Mapping[str, int]) -> Recipe:
    """The recipe with the options of its task and networks that are facts of the data, where it leaves them out.

    Frozen networks that come with their weights are what they are: they may have learned on other data.

    Raises `RecipeError` for every option that says otherwise than the data.
    """
    problems = [problem for kind, use in _users(recipe) for problem in _contradictions(recipe, plugins, kind, use, facts)]
    if problems:
        raise RecipeError(problems)
    task = _with_facts(plugins, "task", recipe.task, facts)
    networks = {
        name: one if _is_finished(one) else replace(one, use=_with_facts(plugins, "network", one.use, facts))
        for name, one in recipe.networks.items()
    }
    tree: dict[str, Any] = {**recipe.tree, "networks": dict(recipe.tree["networks"])}
    if task.options:
        tree["task"] = {"use": task.name, **task.options}
    for name, network in networks.items():
        tree["networks"][name] = {**tree["networks"][name], **network.use.options}
    return replace(recipe, task=task, networks=networks, tree=tree)


def _users(recipe: Recipe) -> Iterator[tuple[str, Use]]:
    yield "task", recipe.task
    for network in recipe.networks.values():
        if not _is_finished(network):
            yield "network", network.use


def _is_finished(network: NetworkSection) -> bool:
    return network.frozen and network.weights is not None


def _told(plugins: Plugins, kind: str, use: Use, facts: Mapping[str, int]) -> dict[str, int]:
    """The facts that the component has an option for."""
    known = {parameter.name for parameter in parameters(load(plugins.find(kind, use.name).component.target))}
    return {name: value for name, value in facts.items() if name in known}


def _with_facts(plugins: Plugins, kind: str, use: Use, facts: Mapping[str, int]) -> Use:
    return replace(use, options={**use.options, **_told(plugins, kind, use, facts)})


def _contradictions(recipe: Recipe, plugins: Plugins, kind: str, use: Use, facts: Mapping[str, int]) -> Iterator[Problem]:
    for name, value in _told(plugins, kind, use, facts).items():
        written = use.options.get(name, value)
        if written != value:
            path = f"{use.path}.{name}"
            yield recipe.problem(path, f"is {written}, but the data have {name} = {value}", "leave it out: it is taken from the data")
