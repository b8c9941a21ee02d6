"""A round: the named tensors of one batch, each computed when first asked for, once, with gradients only for whoever learns from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from sparring.play.graph import Graph
from sparring.play.networks import Networks
from sparring.play.noise import Noise, Rows
from sparring.play.progress import Progress
from sparring.task import Contest


@dataclass
class Hand:
    """What is dealt for one batch: its fields, and what was computed of it so far, each value with the player that it has gradients for.

    `waiting` are the players that still have a turn on this batch, in order, each with the networks that it learns. `key` is where
    noise comes from; `rows` are this process's rows of the global batch.
    """

    fields: Mapping[str, Tensor]
    progress: Progress
    rows: Rows
    key: tuple[int | str, ...]
    device: torch.device
    waiting: dict[str, frozenset[str]] = field(default_factory=dict)
    mixed_precision: bool = False
    computed: dict[str, tuple[Any, str | None]] = field(default_factory=dict)

    def forget(self, graph: Graph, learned: frozenset[str]) -> None:
        """Drop what depends on networks that have just changed."""
        self.computed = {name: entry for name, entry in self.computed.items() if not graph.reaches[name] & learned}


class Round:
    """The named tensors of one batch as one player sees them: `round["enhanced"]`.

    What a later player of the step needs with gradients is computed once, with them, and is seen detached until that player's turn.
    """

    def __init__(
        self, graph: Graph, networks: Networks, hand: Hand, player: str | None = None, learns: frozenset[str] = frozenset()
    ) -> None:
        self.graph, self.networks, self.hand, self.player, self.learns = graph, networks, hand, player, learns
        self._replaced: dict[str, Any] = {}
        self._consequences: dict[str, Any] = {}
        self._float32 = False

    @property
    def progress(self) -> Progress:
        return self.hand.progress

    @property
    def learned(self) -> Mapping[str, nn.Module]:
        """The networks that the player learns."""
        return {name: self.networks[name] for name in sorted(self.learns)}

    def judges(self, contest: Contest) -> Mapping[str, nn.Module]:
        """The networks that score in a contest."""
        return {name: self.networks[name] for name in sorted(self.graph.judges(contest))}

    def __getitem__(self, name: str) -> Any:
        """The value of a tensor or batch field, or a network."""
        return self._value(name, self.player)

    def replace(self, **tensors: Tensor) -> Round:
        """The same round, had these tensors been others; what does not depend on them is not computed again."""
        for name in tensors:
            if name not in self.graph.names:
                raise KeyError(f"there is no tensor {name!r} to replace; there are {sorted(self.graph.names)}")
        other = self._copy()
        other._replaced.update(tensors)
        other._consequences = {name: value for name, value in self._consequences.items() if not self.graph.reaches[name] & tensors.keys()}
        return other

    def in_float32(self) -> Round:
        """The same round, its floating-point values in single precision: for penalties under mixed precision."""
        other = self._copy()
        other._float32 = True
        return other

    def noise(self, name: str) -> Noise:
        """Keyed draws for `name`, over the global batch."""
        return Noise((*self.hand.key, name), self.hand.rows, self.hand.device)

    def _copy(self) -> Round:
        other = Round(self.graph, self.networks, self.hand, self.player, self.learns)
        other._replaced, other._consequences, other._float32 = dict(self._replaced), dict(self._consequences), self._float32
        return other

    def _value(self, name: str, viewer: str | None) -> Any:
        if name in self.networks:
            return self.networks[name]
        if name == "progress":
            return self.progress
        value = self._tensor(name, viewer)
        return _map(value, _single) if self._float32 else value

    def _tensor(self, name: str, viewer: str | None) -> Any:
        if name in self._replaced:
            return self._replaced[name]
        if name in self.hand.fields:
            return self.hand.fields[name]
        if name not in self.graph.methods:
            raise KeyError(f"there is no tensor {name!r}; there are {sorted(self.graph.names)}")
        if self.graph.reaches[name] & self._replaced.keys():
            if name not in self._consequences:
                self._consequences[name] = self._call(name, self.player)
            return self._consequences[name]
        if name not in self.hand.computed:
            self.hand.computed[name] = self._compute(name)
        value, owner = self.hand.computed[name]
        return value if owner == viewer else _map(value, Tensor.detach)

    def _compute(self, name: str) -> tuple[Any, str | None]:
        """The value as the first player that learns from it needs it, whoever asks: outside of replacements and penalties."""
        reached = self.graph.networks_of(name)
        owner = next((player for player, learns in self.hand.waiting.items() if reached & learns), None)
        plain = Round(self.graph, self.networks, self.hand, owner)
        autocast = torch.autocast(self.hand.device.type, torch.bfloat16, enabled=self.hand.mixed_precision)
        with torch.set_grad_enabled(owner is not None), self.networks.learning(self.hand.waiting.get(owner or "", frozenset())), autocast:
            return plain._call(name, owner), owner

    def _call(self, name: str, viewer: str | None) -> Any:
        needs = (self.noise(name) if need == "noise" else self._value(need, viewer) for need in self.graph.needs[name])
        return self.graph.methods[name](*needs)


def _single(value: Tensor) -> Tensor:
    return value.float() if value.is_floating_point() else value


def _map(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """`change` applied to every tensor within lists, tuples, mappings and dataclasses."""
    if isinstance(value, Tensor):
        return change(value) if value.requires_grad or change is _single else value
    if isinstance(value, tuple | list):
        parts = [_map(part, change) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    if isinstance(value, Mapping):
        return {key: _map(part, change) for key, part in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(value, **{f.name: _map(getattr(value, f.name), change) for f in dataclasses.fields(value) if f.init})
    return value
