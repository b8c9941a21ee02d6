"""Figures into files: whole or not at all, and without pyplot, whose state is everybody's."""

from __future__ import annotations

import os
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sparring import DataError

DOTS_PER_INCH = 100


def save_figure(figure: Figure, path: str | Path) -> Path:
    """Write a figure as PNG, 100 dots per inch, and return the path: drawn beside, then renamed, so that a picture that is there is whole.

    Folders on the way are made. Raises `DataError`, naming the file, if the disk refuses.
    """
    path = Path(path)
    draft = path.with_name(f".{path.stem}.{os.getpid()}.partial.png")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        FigureCanvasAgg(figure).print_figure(draft, format="png", dpi=DOTS_PER_INCH)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise DataError(f"{path}: the picture cannot be written: {error.strerror}.") from error
    return path
