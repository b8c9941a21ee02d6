"""Frozen networks of another run: what a recipe leaves out of their options is taken from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sparring.recipe.recipe import Recipe
from sparring.recipe.sections import NetworkSection
from sparring.runs.weights import open_run, source_of


def with_inherited_options(recipe: Recipe) -> Recipe:
    """The recipe in which every network that is frozen and has `weights` is built as in the run that the weights are from.

    So are networks that the data are given as options. Options that the recipe gives stand; a mistake among them is found when the
    weights are loaded. So a second stage on images of 256 pixels need not repeat of which size, and for which texts, its first stage is.
    Raises `CheckpointError` if a run is not there.
    """
    networks = {name: _network(name, section) for name, section in recipe.networks.items()}
    given = {name: _option(name, value) for name, value in recipe.data.use.options.items()}
    tree: dict[str, Any] = {**recipe.tree, "networks": dict(recipe.tree["networks"])}
    for name, section in networks.items():
        tree["networks"][name] = {**tree["networks"][name], **section.use.options}
    if given != dict(recipe.data.use.options):
        tree["data"] = {**tree["data"], **given}
    return replace(recipe, networks=networks, data=replace(recipe.data, use=replace(recipe.data.use, options=given)), tree=tree)


def _network(name: str, section: NetworkSection) -> NetworkSection:
    if section.weights is None or not section.frozen:
        return section
    options = {**_theirs(section.weights, name, section.use.name), **section.use.options}
    return replace(section, use=replace(section.use, options=options))


def _option(name: str, value: Any) -> Any:
    """An option of the data: a network that starts from a run is a mapping with both of these keys."""
    if not isinstance(value, dict) or not isinstance(value.get("weights"), str) or "use" not in value:
        return value
    return {**_theirs(value["weights"], name, value["use"]), **value}


def _theirs(weights: str, name: str, component: str) -> Mapping[str, Any]:
    """The options of a network in the run that it starts from; none where it is another component there."""
    run, other = source_of(weights, name)
    theirs = open_run(Path(run))[0].networks.get(other)
    return {} if theirs is None or theirs.use.name != component else theirs.use.options
