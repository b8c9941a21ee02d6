"""The folder of a run: what it holds, and that nobody else's work is written over."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows has no advisory locks
    fcntl = None

from sparring.errors import CheckpointError, Problem, RecipeError
from sparring.recipe.strict_yaml import read_mapping
from sparring.runs.atomic import JSON, remove, sync, unwritable, write_json, write_text
from sparring.runs.manifest import FORMAT, Manifest, versions

__all__ = ["RunFolder", "versions"]


class RunFolder:
    """`runs/NAME/`: recipe, manifest, metrics, samples, checkpoints and scorecards of one run. Only its main process writes there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.recipe = path / "recipe.yaml"
        self.manifest = path / "manifest.json"
        self.metrics = path / "metrics.jsonl"
        self.samples = path / "samples"
        self.checkpoints = path / "checkpoints"
        self.scorecards = path / "scorecards"

    def create_or_open(self, recipe: str, manifest: Manifest, differences: Callable[[Any, Any], Sequence[str]]) -> bool:
        """Make the folder a run of `recipe` (the text of the resolved recipe), or go on with the run that it is. True if it went on.

        `differences(old, new)` says in one line each what sets two recipe trees apart, and nothing about what has no effect on what is
        computed (how long a run lasts, how often it saves): there the folder takes over the new recipe.
        Raises `RecipeError` if the folder is something else, or a run of another recipe or on other data; nothing is written then.
        """
        if not self.path.exists() or (self.path.is_dir() and not any(self.path.iterdir())):
            self._create(recipe, manifest)
            return False
        if not (self.recipe.is_file() and self.manifest.is_file()):
            raise _refusal(
                self.path,
                "is there already and is no run: a run has a recipe.yaml and a manifest.json",
                "choose another run.name=…: nothing in it was touched",
            )
        old = self.read_manifest()
        known = read_mapping(self.recipe.read_bytes(), str(self.recipe))
        if changed := differences(known.tree, read_mapping(recipe.encode(), "the recipe").tree):
            raise _refusal(
                self.path,
                "is the run of another recipe",
                *changed,
                "start a new run with another run.name=…",
                f"or go on with the recipe as it was: {self.recipe}",
            )
        if old["data"]["fingerprint"] != manifest.fingerprint:
            raise _refusal(
                self.path,
                "was started on other data",
                f"then: {old['data']['description']} ({old['data']['fingerprint']})",
                f"now:  {manifest.data} ({manifest.fingerprint})",
                "start a new run with another run.name=…",
                "or bring the data back as they were",
            )
        if self.recipe.read_text(encoding="utf-8") != recipe:
            write_text(self.recipe, recipe)
        write_json(self.manifest, {**old, "starts": [*old["starts"], manifest.start()]})
        return True

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Inside, no other process can play this run; `RecipeError` if one is at it already. The claim ends with the process."""
        with (self.path / ".playing").open("w") as claim:
            try:
                if fcntl is not None:
                    fcntl.lockf(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)  # unlike flock, not inherited by workers that outlive a kill
            except OSError:
                raise _refusal(self.path, "is being played by another process", "wait for it, or choose another run.name=…") from None
            yield

    def read_manifest(self) -> dict[str, JSON]:
        """The manifest as it stands; `CheckpointError` if it is damaged or of another version."""
        try:
            manifest = json.loads(self.manifest.read_bytes())
            if manifest["format"] != FORMAT:
                raise ValueError(f"its format is {manifest['format']!r}, this version of sparring reads {FORMAT}")
            if not isinstance(manifest["data"]["fingerprint"], str) or not isinstance(manifest["starts"], list):
                raise ValueError("it does not say on what data the run was started")
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise CheckpointError(
                f"{self.manifest}: cannot be read: {error}. Bring it back from a copy, or start a new run with another run.name=…"
            ) from error
        return manifest

    def append_metrics(self, step: int, values: Mapping[str, int | float]) -> None:
        """Add the line of `step` to `metrics.jsonl`. JSON knows no NaN or infinity: they are written as null."""
        finite = {name: value if math.isfinite(value) else None for name, value in values.items()}
        try:
            with self.metrics.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"step": step, **finite}) + "\n")
        except OSError as error:
            raise unwritable(self.metrics, error) from error

    def truncate_metrics(self, after_step: int) -> None:
        """Drop every line later than `after_step`, and any that was cut, so that a resumed run writes no step twice."""
        if not self.metrics.exists():
            return
        with self.metrics.open(encoding="utf-8", errors="replace") as file:
            lines = file.readlines()
        kept = [line for line in lines if line.endswith("\n") and _step(line) <= after_step]
        if kept != lines:
            write_text(self.metrics, "".join(kept))

    def _create(self, recipe: str, manifest: Manifest) -> None:
        draft = self.path.with_name(f".writing-{self.path.name}")
        try:
            remove(draft)
            draft.mkdir(parents=True)
            write_text(draft / self.recipe.name, recipe)
            write_json(draft / self.manifest.name, manifest.first())
            draft.rename(self.path)
            sync(self.path.parent)
        except OSError as error:
            raise unwritable(self.path, error) from error
        finally:
            remove(draft)


def _step(line: str) -> int | float:
    try:
        step = json.loads(line)["step"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return math.inf
    return step if isinstance(step, int) else math.inf


def _refusal(path: Path, message: str, *hints: str) -> RecipeError:
    return RecipeError([Problem(str(path), "", message, hints)])
