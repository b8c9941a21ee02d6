"""The test that every plugin author runs: `check_plugin(my_plugin)`, ours included."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import torch
from pydantic import TypeAdapter, ValidationError
from torch import nn

from sparring.application import Application
from sparring.data import Data
from sparring.errors import PluginError
from sparring.metric import Baseline, Metric, SetMetric
from sparring.objective import AdversarialLoss, Loss, Regularizer, View
from sparring.plugins.registry import Owned, Plugins
from sparring.recipe.sections import BESIDE, BESIDE_ANY
from sparring.recipe.signature import Parameter, given, load, parameters
from sparring.task import Task

PARENTS: dict[str, tuple[type, ...]] = {
    "task": (Task,),
    "data": (Data,),
    "network": (nn.Module,),
    "loss": (Loss, AdversarialLoss),
    "regularizer": (Regularizer,),
    "optimizer": (torch.optim.Optimizer,),
    "view": (View,),
    "metric": (Metric, SetMetric),
    "baseline": (Baseline,),
    "application": (Application,),
}
FACES = ("penalty", "project", "reparametrize")


def check_plugin(plugin: object) -> None:
    """Raises `PluginError` with a sentence for everything that is wrong with a plugin: a module or an object with hooks.

    Looked at are its answers (components of known kinds, kebab-case names that are its own, summaries), and for every component whose
    requirements are installed: that its target imports, is what its kind says, and has options that a recipe can give, with valid defaults.
    """
    plugins = Plugins(register=[plugin], discover=False)
    mine = plugins.loaded[-1]
    brought = [owned for owned in plugins.components() if owned.plugin == mine]
    faults = [f"{owned.component.kind} {owned.component.name!r}: {fault}" for owned in brought for fault in _faults(owned)]
    if faults:
        raise PluginError("\n".join(faults))


def _faults(owned: Owned) -> Iterator[str]:
    if owned.missing():
        return
    kind = owned.component.kind
    try:
        target = load(owned.component.target)
    except PluginError as error:
        yield str(error)
        return
    contract = list(_breaches(kind, target))
    yield from contract
    if not contract:
        taken = given(kind, target)
        for option in parameters(target):
            if option.name not in taken:
                yield from _option_faults(option, BESIDE.get(kind, BESIDE_ANY))


def _breaches(kind: str, target: Any) -> Iterator[str]:
    """In what the target is not what its kind says."""
    if kind == "schedule":
        if not callable(target) or [parameter.name for parameter in parameters(target)][:1] != ["step"]:
            yield f"{_called(target)} is not a function whose first parameter is 'step'"
        return
    parents = PARENTS[kind]
    if not (inspect.isclass(target) and issubclass(target, parents)):
        yield f"{_called(target)} is not a subclass of {' or '.join(parent.__name__ for parent in parents)}"
        return
    unwritten = [name for name in dir(target) if getattr(getattr(target, name, None), "__isabstractmethod__", False)]
    if unwritten:
        yield f"{_called(target)} does not write {', '.join(unwritten)}"
    if issubclass(target, Regularizer) and not any(getattr(target, face) is not getattr(Regularizer, face) for face in FACES):
        yield f"{_called(target)} writes none of {', '.join(FACES)}"
    if issubclass(target, Task):
        yield from _task_breaches(target)
    if issubclass(target, Data) and not getattr(target, "fields", ()):
        yield f"{_called(target)} declares no fields"


def _task_breaches(task: type[Task]) -> Iterator[str]:
    tensors = {name for name in dir(task) if getattr(getattr(task, name), "is_tensor", False)}
    if not tensors:
        yield f"{_called(task)} has no method marked with @tensor"
    for contest in task.contests:
        scores = (contest.real, contest.fake, *contest.decoys, *contest.extras)
        yield from (f"a contest of {_called(task)} names {name!r}, which is no tensor of it" for name in scores if name not in tensors)


def _option_faults(option: Parameter, beside: tuple[str, ...]) -> Iterator[str]:
    if option.name in beside:
        yield f"the option {option.name!r} has the name of a key that recipes keep for themselves"
    if not option.type:
        yield f"the option {option.name!r} has no annotation, so that any value would pass"
    if not option.required:
        try:
            TypeAdapter(option.kind).validate_python(option.default, strict=True)
        except ValidationError:
            yield f"the default of {option.name!r}, {option.default!r}, is not {option.type}"


def _called(target: Any) -> str:
    return getattr(target, "__name__", repr(target))
