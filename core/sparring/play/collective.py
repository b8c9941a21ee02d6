"""What processes tell each other: differentiable means for domain code, and flags that stop every process at the same step."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

Item = TypeVar("Item")


def world_size() -> int:
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """The number of this process; 0 is the first, which speaks and writes."""
    return dist.get_rank() if world_size() > 1 else 0


def share(items: Sequence[Item]) -> Sequence[Item]:
    """This process's part of what the processes do together: every so manieth item, from its own number on."""
    return items[rank() :: world_size()]


_alone = ContextVar("alone", default=False)


@contextmanager
def alone() -> Iterator[None]:
    """Inside, this process means itself alone: for what only one process does, or each for its own share, such as judging."""
    token = _alone.set(True)
    try:
        yield
    finally:
        _alone.reset(token)


class _Mean(torch.autograd.Function):
    """The mean over processes; its gradient is the mean of the gradients (a function of torch.distributed that differentiates twice)."""

    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:
        total = value.clone()
        dist.all_reduce(total)
        return total / world_size()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return _Mean.apply(gradients[0].contiguous())  # type: ignore[no-any-return]


def global_mean(value: Tensor) -> Tensor:
    """The mean of `value` over all processes, differentiable; `value` itself where there is one process.

    Batch statistics made of such means are those of the global batch, so that two processes play the same game as one.
    """
    return value if world_size() == 1 or _alone.get() else _Mean.apply(value)  # type: ignore[no-any-return]


def global_rows(value: Tensor) -> Tensor:
    """The rows of all processes, in the order of ranks, differentiable: for layers that compare the samples of a batch."""
    world = world_size()
    if world == 1 or _alone.get():
        return value
    rows = len(value)
    padded = torch.nn.functional.pad(value, (0, 0) * (value.ndim - 1) + (rank() * rows, (world - 1 - rank()) * rows))
    return world * global_mean(padded)


@cache
def _control() -> Any:
    """Flags travel over gloo, between hosts' memories, so that reading one never waits for a device."""
    return dist.new_group(backend="gloo")


def forget_control() -> None:
    """The processes part: a later game in this one needs a new group."""
    _control.cache_clear()


def on_any(*flags: bool) -> tuple[bool, ...]:
    """Each flag, true everywhere if it is true on any process. Every process must ask at the same moment."""
    if world_size() == 1:
        return flags
    raised = torch.tensor([float(flag) for flag in flags])
    dist.all_reduce(raised, op=dist.ReduceOp.MAX, group=_control())
    return tuple(bool(flag) for flag in raised)


def equal_everywhere(value: int) -> bool:
    """Whether all processes hold the same number (of at most 48 bits)."""
    if world_size() == 1:
        return True
    bounds = torch.tensor([float(value), -float(value)], dtype=torch.float64)
    dist.all_reduce(bounds, op=dist.ReduceOp.MAX, group=_control())
    return bool(bounds[0] == -bounds[1])


def gather(value: Any) -> list[Any]:
    """`value` (plain JSON data) of every process, in the order of ranks."""
    if world_size() == 1:
        return [value]
    text = torch.tensor(list(json.dumps(value).encode()), dtype=torch.uint8)
    lengths = [torch.zeros(1, dtype=torch.int64) for _ in range(world_size())]
    dist.all_gather(lengths, torch.tensor([len(text)]), group=_control())
    longest = int(max(lengths))
    padded = [torch.zeros(longest, dtype=torch.uint8) for _ in lengths]
    dist.all_gather(padded, torch.nn.functional.pad(text, (0, longest - len(text))), group=_control())
    return [json.loads(bytes(part[: int(length)].tolist())) for part, length in zip(padded, lengths, strict=True)]


def gather_tensors(parts: Mapping[int, Tensor]) -> dict[int, Tensor]:
    """The numbered tensors (on the CPU) of all processes, in the order of their numbers."""
    if world_size() == 1:
        return dict(sorted(parts.items()))
    everyone: dict[int, Tensor] = {}
    kept = gather([[number, list(part.shape), str(part.dtype).removeprefix("torch.")] for number, part in parts.items()])
    for source, listed in enumerate(kept):
        for number, shape, dtype in listed:
            part = parts[number].contiguous() if source == rank() else torch.empty(shape, dtype=getattr(torch, dtype))
            dist.broadcast(part, source, group=_control())
            everyone[number] = part
    return dict(sorted(everyone.items()))
