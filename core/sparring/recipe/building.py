"""Components become objects: looked up by name, imported, configured by the recipe's options."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import nn

from sparring.errors import PluginError, Problem, RecipeError
from sparring.objective import Regularizer
from sparring.plugins.registry import Plugins
from sparring.recipe.sections import NetworkSection, Use
from sparring.recipe.signature import bind, defaults, given, load


def build(plugins: Plugins, kind: str | tuple[str, ...], use: Use, *first: Any) -> Any:
    """The object that `use` describes; `first` are the arguments that the engine gives (an optimizer's parameters, a trained run).

    Raises `PluginError` when something that the component needs is not installed, `RecipeError` when its constructor says, by a
    `ValueError`, that its options do not fit.
    """
    owned = plugins.find(kind, use.name)
    if missing := owned.missing():
        raise PluginError(missing)
    target = load(owned.component.target)
    options = bind(target, use.options, given=given(owned.component.kind, target))
    try:
        return target(*first, **options)
    except ValueError as error:
        raise RecipeError([Problem(use.where, use.path, str(error))]) from error


def build_network(plugins: Plugins, section: NetworkSection) -> nn.Module:
    """The network of a section, with what its regularizers do to its parametrization."""
    network: nn.Module = build(plugins, "network", section.use)
    for use in section.regularizers:
        regularizer: Regularizer = build(plugins, "regularizer", use)
        if not regularizer.has("reparametrize"):
            hint = "write it as a term of a player"
            raise RecipeError([Problem(use.where, use.path, f"{use.name!r} does not reparametrize networks", (hint,))])
        regularizer.reparametrize(network)
    return network


def options_of(plugins: Plugins, kind: str, use: Use) -> dict[str, Any]:
    """All parameters of a component as the recipe configures it, defaults included."""
    component = plugins.find(kind, use.name).component
    target = load(component.target)
    taken = given(kind, target)
    return {**defaults(target), **bind(target, use.options, given=taken)}


def schedule(plugins: Plugins, value: float | Use) -> Callable[[int], float]:
    """A number, or the schedule that stands in its place, as a function of the step."""
    if isinstance(value, Use):
        target = load(plugins.find("schedule", value.name).component.target)
        return partial(target, **bind(target, value.options, given=given("schedule", target)))
    return lambda step: value
