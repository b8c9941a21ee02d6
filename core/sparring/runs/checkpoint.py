"""The checkpoints of a run: written beside, synced, renamed; verified before they are trusted."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from torch import Tensor

from sparring.errors import CheckpointError
from sparring.runs.atomic import JSON, remove, sync, unwritable
from sparring.runs.best import NAME as BEST, Best, read_best, write_best
from sparring.runs.saved import Checkpoint, write_checkpoint
from sparring.runs.seal import BrokenSealError


class Checkpoints:
    """The checkpoints in `folder`: the newest `keep`, and the best. Only the main process of a run saves or tidies.

    `set_aside` collects one line for everything damaged that was found, to be shown to whoever watches the run.
    """

    def __init__(self, folder: Path, *, keep: int = 2) -> None:
        if keep < 1:
            raise CheckpointError(f"keep={keep}: at least one checkpoint has to be kept")
        self.folder = folder
        self.keep = keep
        self.set_aside: list[str] = []

    def save(
        self,
        step: int,
        tensors: Mapping[str, Mapping[str, Tensor]],
        records: Mapping[str, JSON],
        *,
        keep_as_best: bool = False,
        score: float | None = None,
    ) -> Path:
        """Write the checkpoint of `step`, whole or not at all, then remove those that need not be kept. Returns its folder.

        Keys are file names without suffix ("networks/generator", "state"). Tensors may be shared, strided and on any device; the
        copies of one file at a time are held in memory. `keep_as_best` remembers it as the best, with its `score`.
        Raises `CheckpointError` with path and free bytes when the disk refuses; older checkpoints are then untouched.
        """
        final = self._path(step)
        draft = final.with_name(f".writing-{final.name}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            remove(draft)
            write_checkpoint(draft, step, tensors, records)
            self._publish(draft, final)
            if keep_as_best:
                write_best(self.folder, Best(step, score))
            self._prune()
        except (OSError, SafetensorError) as error:
            raise unwritable(draft, error) from error
        finally:
            remove(draft)
        return final

    def latest(self, *, tidy: bool = True) -> Checkpoint | None:
        """The newest checkpoint that verifies, or None if there never was one.

        A damaged one is renamed to `damaged-step-…` and kept as evidence, and the one before is tried; leftovers of an interrupted
        save are removed. `tidy=False` changes nothing on the disk: for a reader of a run that may still be going on.
        Raises `CheckpointError` if there were checkpoints and none is good: a run never starts over by itself.
        """
        try:
            if tidy:
                self._recover()
            found = self._newest_good(rename=tidy)
            if tidy:
                self._forget_lost_best()
        except OSError as error:
            raise unwritable(self.folder, error) from error
        if found is not None:
            return found
        seen = [path.name for path in self.folder.glob("*step-*")]
        if damaged := sorted(name for name in seen if re.fullmatch(r"(damaged-)?step-\d{8,}(-\d+)?", name)):
            lines = (
                f"{self.folder}: no checkpoint is good ({', '.join(damaged)}), and the run refuses to start over by itself.",
                *self.set_aside,
                f"bring a good checkpoint back from a copy, start a new run with another run.name=…, or delete {self.folder} to start over",
            )
            raise CheckpointError("\n  ".join(lines))
        return None

    def best(self) -> Checkpoint | None:
        """The best checkpoint, verified, or None if none was ever remembered; `CheckpointError` if it is damaged or gone."""
        best = read_best(self.folder)
        return None if best is None else self.at(best.step)

    def at(self, step: int) -> Checkpoint:
        """The checkpoint of `step`, verified; `CheckpointError` if it is damaged or not there."""
        folder = self._path(step)
        if step not in self.steps():
            raise CheckpointError(f"{folder}: there is no checkpoint of step {step}, only of {self.steps()}")
        try:
            return Checkpoint.open(folder, step)
        except BrokenSealError as broken:
            raise CheckpointError(f"{folder}: is damaged: {broken}. The steps {self.steps()} are there: choose another.") from broken

    def steps(self) -> list[int]:
        """The steps of which a checkpoint is there, good or not, in order."""
        names = (re.fullmatch(r"step-(\d{8,})", path.name) for path in self.folder.glob("step-*"))
        return sorted(int(name[1]) for name in names if name and name[0] == self._path(int(name[1])).name)

    def best_known(self) -> Best | None:
        """Which step is the best, and its score, without reading its checkpoint; None if none was ever remembered."""
        return read_best(self.folder)

    def _path(self, step: int) -> Path:
        return self.folder / f"step-{step:08d}"

    def _publish(self, draft: Path, final: Path) -> None:
        # Killed between the two renames, `_recover` puts the replaced one back.
        replaced = final.with_name(f".replaced-{final.name}")
        if os.path.lexists(final):
            remove(replaced)
            final.rename(replaced)
        draft.rename(final)
        sync(self.folder)
        remove(replaced)

    def _prune(self) -> None:
        best = read_best(self.folder)
        for step in self.steps()[: -self.keep]:
            if best is None or step != best.step:
                self._path(step).rename(self.folder / f".removing-step-{step:08d}")
        for path in self.folder.glob(".removing-*"):
            remove(path)

    def _recover(self) -> None:
        for replaced in self.folder.glob(".replaced-*"):
            final = self.folder / replaced.name.removeprefix(".replaced-")
            if not os.path.lexists(final):
                replaced.rename(final)
        for leftover in (path for kind in ("writing", "replaced", "removing") for path in self.folder.glob(f".{kind}-*")):
            remove(leftover)

    def _newest_good(self, *, rename: bool) -> Checkpoint | None:
        for step in reversed(self.steps()):
            path = self._path(step)
            try:
                return Checkpoint.open(path, step)
            except BrokenSealError as broken:
                # Pruned by the run while we read: neither damage nor evidence.
                if os.path.lexists(path):
                    self._report(path, str(broken), rename=rename)
        return None

    def _forget_lost_best(self) -> None:
        try:
            best = read_best(self.folder)
        except CheckpointError as error:
            self._report(self.folder / BEST, str(error), rename=True)
            return
        # What was set aside must not stay the mark to beat.
        if best is not None and best.step not in self.steps():
            remove(self.folder / BEST)

    def _report(self, path: Path, reason: str, *, rename: bool) -> None:
        line = f"{path}: is damaged: {reason}"
        if rename:
            numbered = (f"damaged-{path.name}" + (f"-{number}" if number else "") for number in itertools.count())
            evidence = next(aside for aside in map(self.folder.joinpath, numbered) if not os.path.lexists(aside))
            path.rename(evidence)
            line += f"; kept as {evidence.name}"
        self.set_aside.append(line)
