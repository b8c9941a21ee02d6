"""A folder of image files: one subfolder a class, or no classes; with splits of its own, or without."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sparring import DataError
from sparring_images.source import Source, choose, held_out
from sparring_vision import PictureFiles, Pictures, image_files, split_folders

MOST_NAMED = 20


def folder(root: Path, *, only: Sequence[str] | None) -> Source:
    """The images in `root`, and below it.

    With a subfolder `train`, and perhaps `validation` (or `val`, `valid`) and `test`, these are the splits; a split that is not there,
    and every split of a folder without `train`, is a tenth of the other images, chosen by a hash of their names. Within a split, every
    subfolder is a class, named after it, whose images may lie deeper; without subfolders there are no classes.

    Raises `DataError` with all problems: no images, a class without any, images beside class folders, a class that is not in training,
    and files whose header is damaged.
    """
    if not root.is_dir():
        raise DataError(f"{root}: there is no such folder: set data.root=PATH to one with images, or data.set=digits to do without.")
    places = split_folders(root)
    classes = _classes(places["train"])
    if only is not None:
        classes = choose(only, classes, str(root))
    problems: list[str] = []
    given = {split: _pictures(place, root, classes, problems, strict=only is None) for split, place in places.items()}
    fewest = 4 - len(given)
    if not problems and len(given["train"]) < fewest:
        problems.append(
            f"{places['train']}: {len(given['train'])} images are too few: at least {fewest} are needed, since some are held out."
        )
    if problems:
        more = [f"… and {len(problems) - MOST_NAMED} more"] if len(problems) > MOST_NAMED else []
        raise DataError("\n".join([*problems[:MOST_NAMED], *more]))
    train: Pictures = given["train"]
    held: dict[str, Pictures] = {**given}
    for split in ("test", "validation"):
        if split not in held:
            train, held[split] = held_out(train)
    return Source(f"images of {root}", classes, train, held["validation"], held["test"])


def _classes(place: Path) -> tuple[str, ...]:
    return tuple(sorted(path.name for path in place.iterdir() if path.is_dir() and not path.name.startswith(".")))


def _pictures(place: Path, root: Path, classes: Sequence[str], problems: list[str], *, strict: bool) -> PictureFiles:
    """The images of one split; what is wrong with them is added to `problems`. A class may be missing from a split, but not empty."""
    paths: list[Path] = []
    labels: list[int] = []
    there = _classes(place)
    if unknown := [name for name in there if name not in classes and strict]:
        problems.append(f"{place}: there is no training image of {', '.join(map(repr, unknown))}: every class needs its folder in 'train'.")
    for label, name in enumerate(classes):
        files = image_files(place / name) if name in there else ()
        if name in there and not files:
            problems.append(f"{place / name}: the class has no image: put some there, or remove the folder.")
        paths += files
        labels += [label] * len(files)
    loose = list(image_files(place, below=False))
    if classes and loose:
        problems.append(f"{loose[0]}: an image beside class folders has no class: put it into one ({len(loose)} such files).")
    if not classes:
        paths, labels = loose, [0] * len(loose)
    if not paths and not problems:
        problems.append(f"{place}: there is no image in it.")
    pictures = PictureFiles(root, paths, labels)
    problems += pictures.problems()
    return pictures
