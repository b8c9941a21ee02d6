"""Frozen networks of another run: what a recipe leaves out of their options is taken from there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from sparring.recipe.recipe import Recipe
from sparring.recipe.sections import NetworkSection
from sparring.runs.weights import open_run, source_of


def with_inherited_options(recipe: Recipe) -> Recipe:
    """The recipe in which every network that is frozen and has `weights` is built as in the run that the weights are from.

    Options that the recipe gives stand; a mistake among them is found when the weights are loaded. So a second stage on images of 256
    pixels need not repeat of which size, and for which texts, its first stage is. Raises `CheckpointError` if a run is not there.
    """
    inherited = {name: _inherited(name, section) for name, section in recipe.networks.items()}
    tree: dict[str, Any] = {**recipe.tree, "networks": dict(recipe.tree["networks"])}
    for name, section in inherited.items():
        tree["networks"][name] = {**tree["networks"][name], **section.use.options}
    return replace(recipe, networks=inherited, tree=tree)


def _inherited(name: str, section: NetworkSection) -> NetworkSection:
    if section.weights is None or not section.frozen:
        return section
    run, other = source_of(section.weights, name)
    theirs = open_run(Path(run))[0].networks.get(other)
    if theirs is None or theirs.use.name != section.use.name:
        return section
    return replace(section, use=replace(section.use, options={**theirs.use.options, **section.use.options}))
