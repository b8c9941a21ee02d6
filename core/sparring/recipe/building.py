"""Components become objects: looked up by name, imported, configured by the recipe's options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import nn

from sparring.errors import PluginError, Problem, RecipeError
from sparring.objective import Regularizer
from sparring.play.key import fold
from sparring.plugins.registry import Plugins
from sparring.recipe.component_check import checked_network
from sparring.recipe.sections import NetworkSection, Use
from sparring.recipe.signature import Parameter, bind, defaults, given, load, parameters
from sparring.runs.weights import load_weights


def build(plugins: Plugins, kind: str | tuple[str, ...], use: Use, *first: Any, read_weights: bool = True) -> Any:
    """The object that `use` describes; `first` are the arguments that the engine gives (an optimizer's parameters, a trained run).

    Options that are networks are built with it, frozen and in evaluation mode, and start from the `weights` that they name unless
    `read_weights` is False.
    Raises `PluginError` when something that the component needs is not installed, `RecipeError` when its constructor says, by a
    `ValueError`, that its options do not fit, `CheckpointError` when there are no such weights.
    """
    owned = plugins.find(kind, use.name)
    if missing := owned.missing():
        raise PluginError(missing)
    target = load(owned.component.target)
    options = _bound(plugins, owned.component.kind, use, target, read_weights=read_weights)
    try:
        return target(*first, **options)
    except ValueError as error:
        raise RecipeError([Problem(use.where, use.path, str(error))]) from error


def build_network(plugins: Plugins, section: NetworkSection, *, read_weights: bool = True) -> nn.Module:
    """The network of a section, with what its regularizers do to its parametrization; its own `weights` are for the caller to load."""
    network: nn.Module = build(plugins, "network", section.use, read_weights=read_weights)
    for use in section.regularizers:
        regularizer: Regularizer = build(plugins, "regularizer", use)
        if not regularizer.has("reparametrize"):
            hint = "write it as a term of a player"
            raise RecipeError([Problem(use.where, use.path, f"{use.name!r} does not reparametrize networks", (hint,))])
        regularizer.reparametrize(network)
    return network


def options_of(plugins: Plugins, kind: str, use: Use) -> dict[str, Any]:
    """All parameters of a component as the recipe configures it, defaults included.

    Networks among them are built, but start from no other run's weights: that run may have moved since.
    """
    target = load(plugins.find(kind, use.name).component.target)
    return {**defaults(target), **_bound(plugins, kind, use, target, read_weights=False)}


def option_networks(plugins: Plugins, kinds: tuple[str, ...], use: Use) -> Iterator[tuple[NetworkSection, nn.Module]]:
    """The networks that a recipe gives a component as options, each with its section; they start from no other run's weights."""
    owned = plugins.find(kinds, use.name)
    for parameter in () if owned.missing() else parameters(load(owned.component.target)):
        if parameter.network and use.options.get(parameter.name) is not None:
            section = checked_network(plugins, use, parameter, use.options[parameter.name])
            yield section, _frozen(plugins, section, parameter.name, read_weights=False)


def schedule(plugins: Plugins, value: float | Use) -> Callable[[int], float]:
    """A number, or the schedule that stands in its place, as a function of the step."""
    if isinstance(value, Use):
        target = load(plugins.find("schedule", value.name).component.target)
        return partial(target, **_bound(plugins, "schedule", value, target, read_weights=True))
    return lambda step: value


def _bound(plugins: Plugins, kind: str, use: Use, target: Callable[..., Any], *, read_weights: bool) -> dict[str, Any]:
    def network(parameter: Parameter, value: Any) -> nn.Module:
        return _frozen(plugins, checked_network(plugins, use, parameter, value), parameter.name, read_weights=read_weights)

    return bind(target, use.options, given=given(kind, target), network=network)


def _frozen(plugins: Plugins, section: NetworkSection, name: str, *, read_weights: bool) -> nn.Module:
    """Built from a seed of its own, so that it is the same in every process and changes no other network."""
    with torch.random.fork_rng(devices=[]):  # on the CPU alone: `torch.manual_seed` would seed the accelerators as well
        torch.default_generator.manual_seed(fold("network", section.use.path))
        network = build_network(plugins, section, read_weights=read_weights)
    if section.weights is not None and read_weights:
        load_weights(network, section.weights, name)
    return network.requires_grad_(False).eval()
