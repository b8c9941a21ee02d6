"""Which subfolders of a folder of images are splits of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sparring import Split

SPLITS: Mapping[Split, tuple[str, ...]] = {"train": ("train",), "validation": ("validation", "val", "valid"), "test": ("test",)}


def split_folders(root: Path) -> dict[Split, Path]:
    """The folder of every split that has one: `train`, `validation` (or `val`, `valid`) and `test` in `root`.

    Without a subfolder `train`, `root` itself is the training split, and the only one.
    """
    found: dict[Split, Path] = {}
    for split, names in SPLITS.items():
        if folder := next((root / name for name in names if (root / name).is_dir()), None):
            found[split] = folder
    return found if "train" in found else {"train": root}
