"""A picture of points in the plane: real ones, generated ones, and where the modes are."""

from __future__ import annotations

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from sparring import whole_file
from sparring_mixtures.mixture import Mixture, Points

DOTS_PER_INCH = 100
INCHES = 7
CIRCLED_DEVIATIONS = 3


def draw_points(path: Path, generated: Points, real: Points, mixture: Mixture, *, title: str = "") -> Path:
    """A PNG of 700 × 700 pixels with real points in grey, generated ones in colour, and each mode circled at three standard deviations.

    The picture shows the mixture and half of its size around it; generated points beyond are counted in the legend. Returns `path`.
    """
    figure = Figure(figsize=(INCHES, INCHES), dpi=DOTS_PER_INCH, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots()
    reach = 1.5 * float(abs(mixture.centres).max()) + CIRCLED_DEVIATIONS * mixture.deviation
    outside = int((generated.abs() > reach).any(dim=1).sum())
    beyond = f", {outside} outside" if outside else ""
    axes.scatter(*real.T.numpy(), s=6, color="0.7", linewidths=0, label=f"real ({len(real)})")
    axes.scatter(*generated.T.numpy(), s=6, color="tab:red", alpha=0.5, linewidths=0, label=f"generated ({len(generated)}{beyond})")
    circles = [Circle((float(x), float(y)), CIRCLED_DEVIATIONS * mixture.deviation) for x, y in mixture.centres]
    axes.add_collection(PatchCollection(circles, facecolor="none", edgecolor="black", linewidth=0.8))
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    axes.set_title(title, fontsize=11, parse_math=False)
    axes.legend(loc="upper right", markerscale=2)
    with whole_file(path, what="picture") as draft:
        canvas.print_figure(draft, format="png", dpi=DOTS_PER_INCH)
    return path
