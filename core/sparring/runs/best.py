"""Which checkpoint of a run is the best: one small file beside the checkpoints."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sparring.errors import CheckpointError
from sparring.runs.atomic import write_json

NAME = "best.json"


@dataclass(frozen=True)
class Best:
    """The step of the best checkpoint, and its score if it was remembered with one."""

    step: int
    score: float | None = None


def read_best(folder: Path) -> Best | None:
    """The best that `write_best` remembered in `folder`, or None; `CheckpointError` if the file is damaged."""
    path = folder / NAME
    try:
        record = json.loads(path.read_bytes())
        if not isinstance(record["step"], int) or not isinstance(record["score"], int | float | None):
            raise TypeError("step or score is no number")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise CheckpointError(f"{path}: does not say which checkpoint is the best ({error!r}); delete it to go on without one") from error
    return Best(record["step"], None if record["score"] is None else float(record["score"]))


def write_best(folder: Path, best: Best) -> None:
    """Remember `best` in `folder`, in one step."""
    write_json(folder / NAME, {"step": best.step, "score": best.score})
