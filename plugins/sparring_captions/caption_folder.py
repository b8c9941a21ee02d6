"""A folder of image files with their captions beside them."""

from __future__ import annotations

from pathlib import Path

from sparring import DataError, Split
from sparring_captions.caption_source import CaptionSource, captions_of, held_out, refuse_if_any
from sparring_captions.captioned_files import CaptionedFile, CaptionedFiles
from sparring_vision import image_files, split_folders


def caption_folder(root: Path) -> CaptionSource:
    """The images in `root` and below it, the captions of NAME.png in NAME.txt beside it, one a line.

    With a subfolder `train`, and perhaps `validation` (or `val`, `valid`) and `test`, these are the splits; a split that is not there,
    and every split of a folder without `train`, is a tenth of the other images (1 000 at most), chosen by a hash of their names.

    Images of one subfolder of a split are of one class, if training has two such folders or more: captions of one may describe others
    of it. Images that lie loose, or all in one folder, are each of a class of their own; those of the same captions share it.

    Raises `DataError` with all problems: no images, images without captions, too few images, damaged headers.
    """
    if not root.is_dir():
        raise DataError(f"{root}: there is no such folder: set data.root=PATH to one with images, or leave it out for drawn scenes.")
    places = split_folders(root)
    problems: list[str] = []
    given: dict[Split, dict[Path, tuple[str, ...]]] = {split: _images(place, problems) for split, place in places.items()}
    fewest = 4 - len(given)
    if not problems and len(given["train"]) < fewest:
        problems.append(
            f"{places['train']}: {len(given['train'])} images are too few: at least {fewest} are needed, since some are held out."
        )
    refuse_if_any(problems)
    classes = len({path.parent for path in given["train"]} - {places["train"]}) > 1
    labels: dict[tuple[str, ...], int] = {}
    files: dict[Split, list[CaptionedFile]] = {}
    for split, images in given.items():
        files[split] = _labelled(places[split], images, labels, classes=classes)
    held: tuple[Split, ...] = ("test", "validation")
    for split in held:
        if split not in files:
            out = held_out([file.path.relative_to(root).as_posix() for file in files["train"]])
            files[split] = [file for file, chosen in zip(files["train"], out, strict=True) if chosen]
            files["train"] = [file for file, chosen in zip(files["train"], out, strict=True) if not chosen]
    splits: dict[Split, CaptionedFiles] = {split: CaptionedFiles(root, images) for split, images in files.items()}
    refuse_if_any([problem for pictures in splits.values() for problem in pictures.problems()])
    return CaptionSource(f"images of {root}", splits)


def _images(place: Path, problems: list[str]) -> dict[Path, tuple[str, ...]]:
    """The images of one split, and what is said of them."""
    found: dict[Path, tuple[str, ...]] = {}
    for path in image_files(place):
        text = path.with_suffix(".txt")
        if text.is_file():
            found[path] = captions_of(text, problems)
        else:
            problems.append(f"{path}: has no captions: write them into {text.name} beside it, one a line.")
    if not found and not problems:
        problems.append(f"{place}: there is no image in it.")
    return found


def _labelled(
    place: Path, images: dict[Path, tuple[str, ...]], labels: dict[tuple[str, ...], int], *, classes: bool
) -> list[CaptionedFile]:
    files = []
    for path, captions in images.items():
        inside = classes and path.parent != place
        # A caption has no line break.
        key = ("\n", path.parent.relative_to(place).as_posix()) if inside else captions
        files.append(CaptionedFile(path, captions, labels.setdefault(key, len(labels))))
    return files
