"""Whether a component that a recipe names exists, can work here, and takes the options that it is given."""

from __future__ import annotations

from typing import Any

from sparring.errors import PluginError
from sparring.plugins.discovery import in_words
from sparring.plugins.registry import Owned, Plugins, UnknownComponent
from sparring.recipe.sections import BESIDE, BESIDE_ANY, Use
from sparring.recipe.signature import BindingError, Fault, bind, given, load

OPTIONAL = ("metric", "baseline")  # a scorecard says which of them are not installed, and goes on


def faults_of(kinds: tuple[str, ...], use: Use, plugins: Plugins) -> tuple[Fault, ...]:
    """What is wrong with one use of a component; a fault of the option `use` is one of the component itself."""
    try:
        owned = plugins.find(kinds, use.name)
    except UnknownComponent as error:
        return (Fault("use", error.message, error.hints),)
    if missing := owned.missing():
        return () if owned.component.kind in OPTIONAL else (Fault("use", missing),)
    kind = owned.component.kind
    try:
        target = _target(owned)
        bind(target, use.options, given=given(kind, target), beside=BESIDE.get(kind, BESIDE_ANY))
    except PluginError as error:
        return (Fault("use", str(error)),)
    except BindingError as error:
        return error.faults
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
