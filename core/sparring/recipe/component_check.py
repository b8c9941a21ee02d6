"""Whether a component that a recipe names exists, can work here, and takes the options that it is given."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from functools import partial
from typing import Any

from sparring.errors import PluginError
from sparring.plugins.discovery import in_words
from sparring.plugins.registry import Owned, Plugins, UnknownComponent
from sparring.recipe.network_option import KEYS, read_network
from sparring.recipe.sections import BESIDE, BESIDE_ANY, NetworkSection, Use
from sparring.recipe.signature import BindingError, Fault, Parameter, bind, given, load

OPTIONAL = ("metric", "baseline")  # a scorecard says which of them are not installed, and goes on


def faults_of(kinds: tuple[str, ...], use: Use, plugins: Plugins, *, beside: Iterable[str] | None = None) -> tuple[Fault, ...]:
    """What is wrong with one use of a component; a fault of the option `use` is one of the component itself.

    `beside` names the keys that stand beside its options here, where they are others than in a section of its kind.
    """
    try:
        owned = plugins.find(kinds, use.name)
    except UnknownComponent as error:
        return (Fault("use", error.message, error.hints),)
    if missing := owned.missing():
        return () if owned.component.kind in OPTIONAL else (Fault("use", missing),)
    kind = owned.component.kind
    try:
        target = _target(owned)
        beside = BESIDE.get(kind, BESIDE_ANY) if beside is None else beside
        bind(target, use.options, given=given(kind, target), beside=beside, network=partial(checked_network, plugins, use))
    except PluginError as error:
        return (Fault("use", str(error)),)
    except BindingError as error:
        return error.faults
    return ()


def checked_network(plugins: Plugins, owner: Use, parameter: Parameter, value: Any) -> NetworkSection:
    """The network that `owner` has for an option, read and found to be one that can be built.

    Raises `BindingError` with all that is wrong, each fault by its path from `owner` on: `text_encoder.use`.
    """
    section, faults = read_network(owner, parameter.name, value)
    found = [(section.use, faults_of(("network",), section.use, plugins, beside=KEYS) if section.use.name else ())]
    found += [(use, faults_of(("regularizer",), use, plugins)) for use in section.regularizers if use.name]
    if section.use.name and not found[0][1]:
        found.append((section.use, _misfits(plugins, section.use, parameter)))
    faults += [Fault(f"{use.path.removeprefix(f'{owner.path}.')}.{one.option}", one.message, one.hints) for use, of in found for one in of]
    if faults:
        raise BindingError(faults)
    return section


def _misfits(plugins: Plugins, use: Use, parameter: Parameter) -> tuple[Fault, ...]:
    target = load(plugins.find("network", use.name).component.target)
    if inspect.isclass(target) and not issubclass(target, parameter.network):
        wanted = " or ".join(one.__name__ for one in parameter.network)
        return (Fault("use", f"{use.name!r} cannot be the {parameter.name!r}, which has to be of class {wanted}"),)
    return ()


def _target(owned: Owned) -> Any:
    """The component, imported. A stranger's may fail in any way, and is named for it."""
    try:
        return load(owned.component.target)
    except PluginError:
        raise
    except (Exception, SystemExit) as error:
        if owned.plugin.is_ours:
            raise
        raise PluginError(f"plugin {owned.plugin} cannot import {owned.component.target!r}: {in_words(error)}") from error
