"""What people see on a terminal: tables and progress bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tqdm import tqdm


def progress_bar(**options: Any) -> Any:
    """A tqdm bar with these options; shown on a terminal only, and by the first process only."""
    from sparring.play.collective import rank  # here, since tables are drawn without torch

    return tqdm(**options, disable=True if rank() else None)


def aligned(rows: Sequence[Sequence[str]], *, numbers: bool = False, indent: str = "") -> str:
    """Rows with their columns aligned: texts to the left, or, with `numbers`, all but the first column to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(indent + "  ".join(_padded(row, widths, numbers)).rstrip() for row in rows)


def _padded(row: Sequence[str], widths: Sequence[int], numbers: bool) -> list[str]:
    pairs = enumerate(zip(row, widths, strict=True))
    return [cell.rjust(width) if numbers and column else cell.ljust(width) for column, (cell, width) in pairs]
