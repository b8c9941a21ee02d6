"""Optimizers and networks as named tensors and JSON, so that nothing is ever unpickled from a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from sparring.errors import CheckpointError
from sparring.runs.atomic import JSON

# How this machine computes a step, not what the step is: the living optimizer's own choice stays.
EXECUTION = frozenset({"foreach", "fused", "capturable", "differentiable"})
# Counters that torch keeps on the host, unless a fused or capturable step reads them on the device.
HOST_COUNTERS = frozenset({"step", "mu_product"})


def flatten_optimizer(optimizer: Optimizer, names: Sequence[str]) -> tuple[dict[str, Tensor], dict[str, JSON]]:
    """The state of `optimizer`, whose parameters in the order of its groups are called `names`.

    Returns the tensors by `"PARAMETER/KEY"` (`"generator.encoder.0.weight/exp_avg"`), not copied, and everything else as JSON.
    Raises `CheckpointError` for an optimizer that keeps anything but tensors and numbers by parameter, as `LBFGS` does.
    """
    parameters = _by_name(optimizer, names)
    tensors: dict[str, Tensor] = {}
    numbers: dict[str, dict[str, JSON]] = {}
    for name, parameter in parameters.items():
        for key, value in optimizer.state.get(parameter, {}).items():
            if isinstance(value, Tensor):
                tensors[f"{name}/{key}"] = value
            else:
                numbers.setdefault(name, {})[key] = _plain(optimizer, value, f"{name}/{key}")
    groups: list[dict[str, JSON]] = []
    for number, (group, own) in enumerate(zip(optimizer.param_groups, _by_group(optimizer, names), strict=True)):
        options: dict[str, JSON] = {}
        for key, value in group.items():
            if isinstance(value, Tensor):
                tensors[f"group-{number}/{key}"] = value
            elif key != "params" and key not in EXECUTION:
                options[key] = _plain(optimizer, value, key)
        groups.append({"parameters": own, "options": options})
    shapes = {name: list(parameter.shape) for name, parameter in parameters.items()}
    return tensors, {"optimizer": type(optimizer).__name__, "groups": groups, "shapes": shapes, "numbers": numbers}


def restore_optimizer(optimizer: Optimizer, names: Sequence[str], tensors: Mapping[str, Tensor], scalars: Mapping[str, JSON]) -> None:
    """Give `optimizer` the state that `flatten_optimizer` took: the next step is bit for bit the one that would have followed.

    Tensors are copied, onto the device and into the memory layout of their parameter. Raises `CheckpointError`, which names both
    sides and leaves the optimizer as it was, when the kind of optimizer, a name, a shape or an option does not fit.
    """
    parameters = _by_name(optimizer, names)
    kind = type(optimizer).__name__
    if scalars["optimizer"] != kind:
        raise CheckpointError(f"the checkpoint holds the state of {scalars['optimizer']!r}, the recipe builds {kind!r}")
    shapes = {name: tuple(shape) for name, shape in scalars["shapes"].items()}
    _require_same(shapes, {name: tuple(parameter.shape) for name, parameter in parameters.items()}, f"the parameters of {kind}")
    groups, living = [group["parameters"] for group in scalars["groups"]], _by_group(optimizer, names)
    if [set(group) for group in groups] != [set(group) for group in living]:
        raise CheckpointError(f"the checkpoint divides the parameters of {kind} into the groups {groups}, the recipe into {living}")

    state: dict[str, dict[str, Any]] = {name: dict(numbers) for name, numbers in scalars["numbers"].items()}
    options: list[dict[str, Any]] = [dict(group["options"]) for group in scalars["groups"]]
    for full, tensor in tensors.items():
        name, _, key = full.rpartition("/")
        if name in parameters:
            state.setdefault(name, {})[key] = tensor
        elif name.startswith("group-") and name[6:].isdecimal() and int(name[6:]) < len(options):
            options[int(name[6:])][key] = tensor
        else:
            raise CheckpointError(f"the checkpoint of {kind} holds {full!r}, and no parameter is called {name!r}")
    if unknown := {key for group, new in zip(optimizer.param_groups, options, strict=True) for key in new.keys() - group.keys()}:
        raise CheckpointError(f"the checkpoint of {kind} holds the options {sorted(unknown)}, unknown to torch {torch.__version__}")
    if unknown := state.keys() - parameters.keys():
        raise CheckpointError(f"the checkpoint of {kind} holds numbers for {sorted(unknown)}, which are no parameters of it")

    optimizer.state.clear()
    for group, new, own in zip(optimizer.param_groups, options, living, strict=True):
        for key, value in new.items():
            group[key] = _like(group[key], value)
        on_device = bool(group.get("fused") or group.get("capturable"))
        for name in state.keys() & set(own):
            parameter = parameters[name]
            optimizer.state[parameter] = {key: _placed(key, value, parameter, on_device) for key, value in state[name].items()}


def load_named(module: nn.Module, tensors: Mapping[str, Tensor], what: str) -> None:
    """Fill `module` with `tensors` by name, all of them and nothing else; `what` begins the error (`"network 'generator'"`).

    Raises `CheckpointError` that says which names are missing, which are unexpected, and which differ in shape or dtype.
    """
    own = module.state_dict()
    _require_same(
        {name: (tuple(tensor.shape), str(tensor.dtype)) for name, tensor in tensors.items()},
        {name: (tuple(tensor.shape), str(tensor.dtype)) for name, tensor in own.items()},
        what,
    )
    module.load_state_dict(dict(tensors), strict=True)


def storable(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """`tensors` as a safetensors file can hold them: on the CPU, contiguous, and none sharing memory with another.

    Tied tensors are stored once under each of their names, so that each name is found again.
    """
    apart: dict[str, Tensor] = {}
    taken: set[int] = set()
    for name, tensor in tensors.items():
        own = tensor.detach().to("cpu").contiguous()
        apart[name] = own.clone() if own.untyped_storage().data_ptr() in taken else own
        taken.add(own.untyped_storage().data_ptr())
    return apart


def _by_name(optimizer: Optimizer, names: Sequence[str]) -> dict[str, Tensor]:
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    if len(parameters) != len(names) or len(set(names)) != len(names):
        raise CheckpointError(f"{len(parameters)} parameters of {type(optimizer).__name__} need as many different names, not {list(names)}")
    return dict(zip(names, parameters, strict=True))


def _by_group(optimizer: Optimizer, names: Sequence[str]) -> list[list[str]]:
    rest = iter(names)
    return [[next(rest) for _ in group["params"]] for group in optimizer.param_groups]


def _require_same(stored: Mapping[str, Any], wanted: Mapping[str, Any], what: str) -> None:
    differences = [f"not in the checkpoint: {_listed(wanted.keys() - stored.keys())}"] if wanted.keys() - stored.keys() else []
    if stored.keys() - wanted.keys():
        differences.append(f"only in the checkpoint: {_listed(stored.keys() - wanted.keys())}")
    differences += [
        f"{name!r} is {stored[name]} in the checkpoint and {wanted[name]} here"
        for name in sorted(stored.keys() & wanted.keys())
        if stored[name] != wanted[name]
    ]
    if differences:
        raise CheckpointError("\n  ".join((f"{what} and the checkpoint do not fit together:", *differences)))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))


def _plain(optimizer: Optimizer, value: Any, name: str) -> JSON:
    if isinstance(value, tuple | list) and not any(isinstance(item, Tensor) for item in value):
        return [_plain(optimizer, item, name) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    kind = type(value).__name__
    raise CheckpointError(f"{type(optimizer).__name__} keeps a {kind} in {name!r}, which cannot be saved: choose another optimizer")


def _like(living: Any, value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().clone().to(living.device if isinstance(living, Tensor) else "cpu")
    return tuple(value) if isinstance(living, tuple) else value


def _placed(key: str, value: Any, parameter: Tensor, on_device: bool) -> Any:
    if not isinstance(value, Tensor):
        return value
    if value.shape == parameter.shape and key not in HOST_COUNTERS:
        return torch.empty_like(parameter, dtype=value.dtype, requires_grad=False).copy_(value)
    return value.detach().clone().to(parameter.device if on_device or key not in HOST_COUNTERS else "cpu")
