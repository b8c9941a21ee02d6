"""The networks of a game by name, and which of them gradients may reach at the moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from torch import nn


class Networks(Mapping[str, nn.Module]):
    """A read-only mapping. Parameters that a network was built with frozen stay frozen."""

    def __init__(self, modules: Mapping[str, nn.Module]) -> None:
        self._modules = dict(modules)
        self._trainable = {name: [p for p in module.parameters() if p.requires_grad] for name, module in modules.items()}
        self._learned = frozenset(self._modules)

    def __getitem__(self, name: str) -> nn.Module:
        return self._modules[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)

    @contextmanager
    def learning(self, learned: frozenset[str]) -> Iterator[None]:
        """Inside, gradients reach these networks and no others."""
        before = self._learned
        self._switch(learned)
        try:
            yield
        finally:
            self._switch(before)

    def _switch(self, learned: frozenset[str]) -> None:
        for name in learned ^ self._learned:
            for parameter in self._trainable[name]:
                parameter.requires_grad_(name in learned)
        self._learned = learned
