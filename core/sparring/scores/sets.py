"""Scores of everything that a system makes, taken together, beside those of single examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from sparring.application import Application
from sparring.data import Data, Example, Split
from sparring.metric import Baseline, SetMetric
from sparring.play.collective import alone, gather_tensors, share
from sparring.scores.scorecard import Line
from sparring.terminal import progress_bar

BATCH = 64


def judge_sets(
    systems: Mapping[str, Application | Baseline], metrics: Mapping[str, SetMetric], examples: Sequence[Example], data: Data, split: Split
) -> list[Line]:
    """One line for each system. Processes share the batches, which are cut alike however many there are, and all get the same scores."""
    wanted = {name: metric.samples or len(examples) for name, metric in metrics.items()}
    lines = []
    for system, who in systems.items():
        remembered = _walk(who, system, metrics, wanted, examples, data)
        found = {name: metric.score(remembered[name], _Draws(examples, wanted[name]), data, split) for name, metric in metrics.items()}
        scores, spreads = {name: float(one.value) for name, one in found.items()}, {name: float(one.spread) for name, one in found.items()}
        lines.append(Line(system, "", {}, scores, spreads))
    return lines


class _Draws(Sequence[Example]):
    """The first `size` examples, in turn; once they are used up, further draws of them."""

    def __init__(self, examples: Sequence[Example], size: int) -> None:
        self.examples, self.size = examples, size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self.size))]
        if not 0 <= index < self.size:
            raise IndexError(index)
        draw, number = divmod(index, len(self.examples))
        return self.examples[number] if draw == 0 else replace(self.examples[number], draw=draw)


def _walk(
    who: Application | Baseline, system: str, metrics: Mapping[str, SetMetric], wanted: Mapping[str, int],
    examples: Sequence[Example], data: Data,
) -> dict[str, Tensor]:  # fmt: skip
    """What each metric remembers of a system's answers, in the order of the examples."""
    starts = range(0, max(wanted.values()), BATCH)
    rows: dict[str, dict[int, Tensor]] = {name: {} for name in metrics}
    for start in progress_bar(iterable=share(starts), desc=f"judging {system}", unit="batch", leave=False):
        batch = _Draws(examples, max(wanted.values()))[start : start + BATCH]
        with torch.no_grad(), alone():
            outputs = who.answers(batch) if isinstance(who, Application) else [who.answer(example) for example in batch]
            for name, metric in metrics.items():
                if kept := max(0, min(BATCH, wanted[name] - start)):
                    rows[name][start] = metric.remember(outputs[:kept], batch[:kept], data)
    return {name: torch.cat(list(gather_tensors(parts).values())) for name, parts in rows.items()}
