"""The picture of a comparison: accuracies over draws, a row for each representation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from sparring_vision.figure import save_figure

COLOURS = ("#0072B2", "#999999", "#D55E00", "#009E73")


def draw_accuracies(accuracies: Mapping[str, Sequence[float]], path: Path, *, caption: str) -> Path:
    """A PNG with a bar for each mean accuracy (0 to 1), from best to worst as given, and a dot for every draw; returns its path."""
    figure = Figure(figsize=(7, 1 + 0.7 * len(accuracies)), layout="constrained")
    axis = figure.subplots()
    for place, values in enumerate(accuracies.values()):
        mean = float(np.mean(values))
        axis.barh(place, mean, height=0.6, color=COLOURS[place % len(COLOURS)], alpha=0.75)
        axis.plot(values, place + np.linspace(-0.18, 0.18, len(values)), "o", color="black", ms=3, alpha=0.6)
        axis.annotate(
            f"{100 * mean:.1f} %", (max(mean, *values), place), xytext=(8, 0), textcoords="offset points", va="center", fontsize=10
        )
    axis.set_yticks(range(len(accuracies)), list(accuracies))
    axis.invert_yaxis()
    axis.set_xlim(0, 1.12)
    axis.set_xticks(np.linspace(0, 1, 6))
    axis.xaxis.set_major_formatter(PercentFormatter(1))
    axis.set_title(f"accuracy of a linear classifier: {caption}", loc="left", fontsize=10)
    axis.spines[["top", "right"]].set_visible(False)
    return save_figure(figure, path)
