"""How a game went, as a picture: what the players lost, who was fooled, and how hard they were pulled."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator, NullFormatter

from sparring import DataError
from sparring_vision.figure import save_figure

COLUMNS = 2
PANEL_INCHES = (5.6, 2.5)
# Longer curves are drawn twice: pale as logged, and the running median of a twentieth of their length, but no more values than these.
LONG, WIDEST = 60, 201
# Values this many times apart call for a logarithmic axis.
WIDE, WIDE_NORMS = 1000, 20
# An axis leaves single values out that would stretch it by more than this.
STRETCH = 4
# Okabe and Ito's colours, which colour-blind people tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

Curve = Float[np.ndarray, " time"]
Series = Mapping[str, tuple[Curve, Curve]]


@dataclass
class Panel:
    """One set of axes: curves by their names in the log, shown without the part that the title says."""

    title: str
    curves: dict[str, str] = field(default_factory=dict)
    unit_interval: bool = False
    norms: bool = False


def draw_losses(metrics_jsonl: Path, picture: Path) -> Path:
    """A PNG of a run's `metrics.jsonl`: a panel with the terms of every player, then what discriminators got right, gradient norms, and
    each validation score; returns `picture`.

    The accuracy panel has a line at 1/2, where a discriminator tells nothing apart. Long curves are smoothed by a running median, with
    the values themselves pale behind. A value that was not finite leaves a gap and a red mark on the lower edge; a line that was cut off
    is left out.
    Axes are logarithmic where values lie far apart; otherwise they leave out single values that would flatten the rest, and say so.

    Raises `DataError` if the file cannot be read or has nothing to draw.
    """
    series = read_series(Path(metrics_jsonl))
    panels = panels_of(series)
    if not panels:
        raise DataError(f"{metrics_jsonl}: there is nothing to draw yet: train for a few more steps")
    rows = math.ceil(len(panels) / COLUMNS)
    columns = min(COLUMNS, len(panels))
    figure = Figure(figsize=(PANEL_INCHES[0] * columns, PANEL_INCHES[1] * rows + 0.3), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    last = max(float(steps[-1]) for steps, _ in series.values())
    for axis, panel in zip(axes, panels, strict=False):
        _draw(axis, panel, series)
        axis.set_xlim(0, last)
    for unused in axes[len(panels) :]:
        unused.remove()
    figure.supxlabel("step", fontsize=10)
    return save_figure(figure, picture)


def read_series(metrics_jsonl: Path) -> Series:
    """Steps and values of everything that a run logged, by name, NaN where it was not finite. A line that is no JSON is left out."""
    try:
        lines = metrics_jsonl.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise DataError(
            f"{metrics_jsonl}: cannot be read: {error.strerror}. A run's folder has its metrics.jsonl after a few steps."
        ) from error
    points: dict[str, dict[int, float]] = {}
    for entry in filter(None, map(_entry, lines)):
        for name, value in entry.items():
            if name not in ("step", "samples") and (value is None or isinstance(value, int | float)):
                number = math.nan if value is None else float(value)
                points.setdefault(name, {})[entry["step"]] = number if math.isfinite(number) else math.nan
    return {name: _in_order(values) for name, values in points.items()}


def _entry(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("step"), int) else None


def _in_order(values: Mapping[int, float]) -> tuple[Curve, Curve]:
    steps = sorted(values)
    return np.asarray(steps, float), np.asarray([values[step] for step in steps], float)


def panels_of(series: Series) -> list[Panel]:
    losses: dict[str, Panel] = {}
    scores: list[Panel] = []
    accuracy, norms = Panel("accuracy", unit_interval=True), Panel("gradient norm", norms=True)
    for name in series:
        group, _, rest = name.partition("/")
        kind = name.rpartition("/")[-1]
        if kind == "lr":
            continue
        if group == "validation":
            scores.append(Panel(f"validation: {rest}", {name: ""}))
        elif kind.endswith("accuracy"):
            accuracy.curves[name] = name.rpartition("/")[0] or name
        elif kind == "gradient-norm":
            norms.curves[name] = name.rpartition("/")[0]
        else:
            losses.setdefault(group, Panel(group)).curves[name] = rest or name
    return [*losses.values(), *(panel for panel in (accuracy, norms) if panel.curves), *scores]


def _draw(axis: Axes, panel: Panel, series: Series) -> None:
    for number, (name, label) in enumerate(panel.curves.items()):
        steps, values = series[name]
        colour = COLOURS[number % len(COLOURS)]
        long = len(steps) > LONG
        axis.plot(steps, values, color=colour, lw=0.7 if long else 1.4, alpha=0.3 if long else 1, label=None if long else label)
        if long:
            axis.plot(steps, smooth(values, min(max(len(values) // 20, 5), WIDEST)), color=colour, lw=1.6, label=label)
        elif np.isfinite(values).sum() < 10:
            axis.plot(steps, values, ".", color=colour)
        _mark_missing(axis, steps[np.isnan(values)])
    axis.set_title(panel.title, loc="left", fontsize=11, fontweight="bold", parse_math=False)
    _scale(axis, panel, np.concatenate([series[name][1] for name in panel.curves]))
    if any(panel.curves.values()):
        _explain(axis, len(panel.curves))
    axis.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axis.xaxis.set_major_formatter(EngFormatter(sep=""))
    axis.tick_params(labelsize=8)
    axis.grid(color="0.9", lw=0.6)
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)


def _explain(axis: Axes, curves: int) -> None:
    """A legend beside the title, or, if it is long, where there is room among the curves."""
    place = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderaxespad": 0.3, "ncols": 3} if curves <= 3 else {"ncols": 2}
    legend = axis.legend(fontsize=8, frameon=curves > 3, borderpad=0, handlelength=1.2, **place)
    legend.set_in_layout(False)


def _mark_missing(axis: Axes, steps: Curve) -> None:
    axis.plot(steps, np.zeros(len(steps)), "|", color="#CC0000", ms=8, mew=1, transform=axis.get_xaxis_transform(), in_layout=False)


def _scale(axis: Axes, panel: Panel, values: Curve) -> None:
    values = values[np.isfinite(values)]
    if panel.unit_interval:
        axis.axhline(0.5, color="0.4", lw=1, ls="--")
        axis.set_ylim(-0.02, 1.02)
    elif len(values) and values.min() > 0 and values.max() / values.min() > (WIDE_NORMS if panel.norms else WIDE):
        axis.set_yscale("log")
        axis.yaxis.set_minor_formatter(NullFormatter())
    elif len(values):
        low, high = np.percentile(values, [2, 98])
        if np.ptp(values) > STRETCH * (high - low) > 0:
            bottom, top = max(values.min(), low - 0.3 * (high - low)), min(values.max(), high + 0.3 * (high - low))
            axis.set_ylim(bottom, top)
            beyond = int(((values < bottom) | (values > top)).sum())
            axis.annotate(f"{beyond} beyond", (0.99, 0.97), xycoords="axes fraction", ha="right", va="top", fontsize=8, color="0.4")


def smooth(values: Curve, width: int) -> Curve:
    """The running median over `width` values of those that are finite; NaN stays NaN."""
    finite = np.isfinite(values)
    half = width // 2
    around = np.lib.stride_tricks.sliding_window_view(np.pad(values, half, constant_values=math.nan), 2 * half + 1)
    smooth = np.full(len(values), math.nan)
    smooth[finite] = np.nanmedian(around[finite], axis=1)
    return smooth
