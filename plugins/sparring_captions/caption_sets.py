"""The sets of captioned images, by name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from sparring import DataError, Split
from sparring_captions.caption_source import CaptionSource, Set
from sparring_captions.captioned_pictures import CaptionedPictures
from sparring_captions.scene_pictures import ScenePictures
from sparring_captions.scene_source import Objects, SceneDraws

# Each has its own file with a function of one argument, the folder.
FILES = {"folder": ("caption_folder", "caption_folder"), "cub": ("cub", "cub"), "oxford": ("oxford", "oxford"), "coco": ("coco", "coco")}


@dataclass(frozen=True)
class SceneCounts:
    """How many scenes of which kind are drawn for each split."""

    train: int
    validation: int
    test: int
    seed: int
    objects: Objects


def caption_source(chosen: Set | None, root: Path | None, *, counts: SceneCounts, augment: bool) -> tuple[Set, CaptionSource]:
    """The set of that name in `root`; without a name, the folder `root`, or scenes.

    Raises `DataError` for what is not there, and `ValueError` for scenes that are to be augmented.
    """
    name: Set = chosen or ("scenes" if root is None else "folder")
    if name == "scenes":
        if root is not None:
            raise DataError("The scenes are drawn: leave data.root out, or say data.set=folder.")
        if augment:
            raise ValueError("scenes cannot be augmented: mirrored, a thing 'on the left' is on the right: leave augment out")
        return name, _scenes(counts)
    if root is None:
        raise DataError(f"data.set={name} needs a folder: set data.root=PATH to where it is.")
    module, function = FILES[name]
    return name, getattr(import_module(f"sparring_captions.{module}"), function)(root.expanduser())


def _scenes(counts: SceneCounts) -> CaptionSource:
    sizes: dict[Split, int] = {"train": counts.train, "validation": counts.validation, "test": counts.test}
    splits: dict[Split, CaptionedPictures] = {
        split: ScenePictures(SceneDraws(split, seed=counts.seed, objects=counts.objects), count=count) for split, count in sizes.items()
    }
    return CaptionSource("drawn scenes", splits)
