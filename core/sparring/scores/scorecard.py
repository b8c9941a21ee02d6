"""A scorecard: scores of a run and its baselines on the same examples, kept with the protocol that made them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, stdev

from sparring.runs.atomic import JSON, write_json, write_text
from sparring.terminal import aligned

MOST_VALUES = 8  # a condition of more values gets no blocks in the table


@dataclass(frozen=True)
class Column:
    """How one metric is printed and read."""

    name: str
    unit: str
    higher_is_better: bool
    decimals: int
    protocol: Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """The scores of one system on one example; NaN where a metric is not defined.

    A line without an example is about all that the system made, taken together; `spreads` are those that its metrics define.
    """

    system: str
    example: str
    conditions: Mapping[str, str | float]
    scores: Mapping[str, float]
    spreads: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Summary:
    """Mean over the examples for which the metric is defined, and half the width of its 95 % confidence interval (normal approximation).

    For a metric of sets: its one value, and the spread that it defines.
    """

    mean: float
    margin: float
    count: int


@dataclass(frozen=True)
class Scorecard:
    """Scores per system and example. `protocol` says what was judged: run, checkpoint, split, data, seed, precision, versions."""

    title: str
    protocol: Mapping[str, JSON]
    columns: Sequence[Column]
    lines: Sequence[Line]
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def systems(self) -> list[str]:
        return list(dict.fromkeys(line.system for line in self.lines))

    def summary(self, system: str, metric: str, *, conditions: Mapping[str, str | float] | None = None) -> Summary:
        """Over all examples, or over those under the given conditions."""
        wanted = (conditions or {}).items()
        lines = [line for line in self.lines if line.system == system and metric in line.scores and wanted <= line.conditions.items()]
        if lines and metric in lines[0].spreads:
            score = lines[0].scores[metric]
            return Summary(score, lines[0].spreads[metric], 0 if math.isnan(score) else 1)
        scores = [line.scores[metric] for line in lines]
        defined = [score for score in scores if not math.isnan(score)]
        if not defined:
            return Summary(math.nan, math.nan, 0)
        margin = 1.96 * stdev(defined) / math.sqrt(len(defined)) if len(defined) > 1 else math.nan
        return Summary(mean(defined), margin, len(defined))

    def table(self, *, by_condition: bool = False) -> str:
        """For people: one row a system; and, if asked for, the same by each condition that takes few values."""
        blocks = [self._block("all", {})]
        for name in self._conditions() if by_condition else ():
            values = sorted({line.conditions[name] for line in self.lines if name in line.conditions}, key=_numbers_first)
            if 1 < len(values) <= MOST_VALUES:
                blocks += [self._block(f"{name} = {value}", {name: value}) for value in values]
        legend = "; ".join((*self._legend(), "↑ higher is better, ↓ lower"))
        rows = [self._heading(), *(row for block in blocks for row in block)]
        return "\n".join([self.title, legend, "", aligned(rows, numbers=True), *self.notes])

    def write(self, folder: Path) -> Path:
        """`scorecard.json` (means and protocol), `examples.csv` (every score) and `scorecard.txt` (the table) in `folder`."""
        write_text(folder / "examples.csv", self._csv())
        means = {system: {c.name: vars(self.summary(system, c.name)) for c in self.columns} for system in self.systems}
        metrics = {c.name: {"unit": c.unit, "higher_is_better": c.higher_is_better, **c.protocol} for c in self.columns}
        record = {"protocol": dict(self.protocol), "metrics": metrics, "means": means, "notes": list(self.notes)}
        write_json(folder / "scorecard.json", _without_nan(record))
        write_text(folder / "scorecard.txt", self.table(by_condition=True) + "\n")
        return folder / "scorecard.txt"

    def _legend(self) -> Iterator[str]:
        if examples := len({line.example for line in self.lines if line.example}):
            yield f"{examples} examples; mean ± half of the 95 % confidence interval"
        if any(line.spreads for line in self.lines):
            yield "scores of sets: ± their own spread"

    def _conditions(self) -> list[str]:
        return list(dict.fromkeys(name for line in self.lines for name in line.conditions))

    def _heading(self) -> list[str]:
        return ["", *(f"{c.name} {'↑' if c.higher_is_better else '↓'}{f' {c.unit}' if c.unit else ''}" for c in self.columns)]

    def _block(self, title: str, conditions: Mapping[str, str | float]) -> list[list[str]]:
        rows = [[title, *("" for _ in self.columns)]]
        for system in self.systems:
            cells = []
            for column in self.columns:
                one = self.summary(system, column.name, conditions=conditions)
                margin = "" if math.isnan(one.margin) else f" ± {one.margin:.{column.decimals}f}"
                cells.append("–" if one.count == 0 else f"{one.mean:.{column.decimals}f}{margin}")
            rows.append([f"  {system}", *cells])
        return rows

    def _csv(self) -> str:
        conditions = self._conditions()
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["system", "example", *conditions, *(column.name for column in self.columns)])
        for line in self.lines:
            scores = (repr(line.scores[column.name]) if column.name in line.scores else "" for column in self.columns)
            writer.writerow([line.system, line.example, *(line.conditions.get(name, "") for name in conditions), *scores])
        return text.getvalue()


def _numbers_first(value: str | float) -> tuple[bool, str | float]:
    return isinstance(value, str), value


def _without_nan(value: JSON) -> JSON:
    """JSON has no NaN and no infinity: what is not defined is null."""
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
