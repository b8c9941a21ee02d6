"""One checkpoint: a sealed folder of named tensors and records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from sparring.errors import CheckpointError
from sparring.runs.atomic import JSON
from sparring.runs.seal import MANIFEST, is_inner_name, seal, verify
from sparring.runs.state import storable


@dataclass(frozen=True)
class Checkpoint:
    """One checkpoint whose files were all found as they were saved; its names are those given to `Checkpoints.save`."""

    folder: Path
    step: int
    files: frozenset[str]

    @classmethod
    def open(cls, folder: Path, step: int) -> Checkpoint:
        """The checkpoint of `step` in `folder`, once every file is verified; `BrokenSealError` says what is wrong with it."""
        return cls(folder, step, verify(folder, step))

    def tensors(self, name: str) -> dict[str, Tensor]:
        """The named tensors (on the CPU) saved as `name` ("networks/generator")."""
        path = self._path(f"{name}.safetensors")
        try:
            return load_file(path)
        except (OSError, SafetensorError) as error:
            raise CheckpointError(f"{path}: is no readable safetensors file: {error}") from error

    def statistics(self) -> dict[str, Tensor]:
        """What the training data said of themselves; nothing for data without statistics."""
        return self.tensors("statistics") if "statistics.safetensors" in self.files else {}

    def record(self, name: str) -> JSON:
        """The JSON saved as `name`; floats are bit for bit those that were saved."""
        path = self._path(f"{name}.json")
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise CheckpointError(f"{path}: is no readable JSON: {error}") from error

    def _path(self, file: str) -> Path:
        if file not in self.files:
            raise CheckpointError(f"{self.folder}: holds no {file!r}, only {', '.join(sorted(self.files))}")
        return self.folder / file


def write_checkpoint(folder: Path, step: int, tensors: Mapping[str, Mapping[str, Tensor]], records: Mapping[str, JSON]) -> None:
    """Write and seal a checkpoint in the new folder `folder`; keys are file names without suffix.

    Tensors may be shared, strided and on any device; the copies of one file at a time are held in memory.
    Raises `OSError` or `SafetensorError` when the disk refuses.
    """
    for name in (*tensors, *records):
        if not is_inner_name(name) or f"{name}.json" == MANIFEST:
            raise CheckpointError(f"a file of a checkpoint cannot be called {name!r}")
    folder.mkdir()
    for name, named in tensors.items():
        save_file(storable(named), _inside(folder, f"{name}.safetensors"))
    for name, record in records.items():
        _inside(folder, f"{name}.json").write_text(json.dumps(record, indent=2), encoding="utf-8")
    seal(folder, step)


def _inside(folder: Path, file: str) -> Path:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
