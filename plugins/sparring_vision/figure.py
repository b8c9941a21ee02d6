"""Figures into files: whole or not at all, and without pyplot, whose state is everybody's."""

from __future__ import annotations

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sparring import whole_file

DOTS_PER_INCH = 100


def save_figure(figure: Figure, path: str | Path) -> Path:
    """Write a figure as PNG, 100 dots per inch, and return the path; a picture that is there is whole.

    Folders on the way are made. Raises `DataError`, naming the file, if the disk refuses.
    """
    path = Path(path)
    with whole_file(path, what="picture") as draft:
        FigureCanvasAgg(figure).print_figure(draft, format="png", dpi=DOTS_PER_INCH)
    return path
