"""Means of what the steps measured, kept on the device and read once in a while."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from sparring.play.collective import global_mean


class Meter:
    """Adds up the metrics of steps without waiting for the device; `read` gives their means over steps and processes, and starts anew."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}

    def add(self, metrics: Mapping[str, Tensor | float]) -> None:
        for name, value in metrics.items():
            amount = torch.as_tensor(value, dtype=torch.float32)
            self._sums[name] = self._sums[name] + amount if name in self._sums else amount
            self._counts[name] = self._counts.get(name, 0) + 1

    def read(self) -> dict[str, float]:
        means = {name: float(global_mean(total)) / self._counts[name] for name, total in self._sums.items()}
        self._sums, self._counts = {}, {}
        return means
