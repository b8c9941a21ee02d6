"""MS-COCO: photographs of everything, five captions each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sparring import DataError
from sparring_captions.caption_source import CaptionSource, file_source, first_of
from sparring_captions.captioned_files import CaptionedFile
from sparring_captions.captions import tidy
from sparring_vision import by_hash

YEARS = ("2014", "2017")
MOST_TESTED = 10_000


def coco(root: Path) -> CaptionSource:
    """The photographs in `root`/train2014 to train on, and up to 10 000 of those in val2014, chosen by a hash of names, to be tested on.

    Captions are those of annotations/captions_train2014.json and captions_val2014.json; without them, all is of 2017. Photographs are
    cropped to their centre square. Each is of a class of its own. Validation images are 1 000 of the training ones.
    """
    first_of(root, *(f"annotations/captions_train{year}.json" for year in YEARS))
    year = next(year for year in YEARS if (root / "annotations" / f"captions_train{year}.json").is_file())
    train, test = _photographs(root, f"train{year}", start=0), _photographs(root, f"val{year}", start=1 << 32)
    chosen = by_hash([file.path.name for file in test])[:MOST_TESTED]
    return file_source(f"MS-COCO {year} of {root}", root, train=train, test=[test[number] for number in sorted(chosen.tolist())])


def _photographs(root: Path, part: str, *, start: int) -> list[CaptionedFile]:
    path = root / "annotations" / f"captions_{part}.json"
    folder = first_of(root, part)
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        names = {int(image["id"]): str(image["file_name"]) for image in known["images"]}
        said: dict[int, list[str]] = {number: [] for number in names}
        for annotation in known["annotations"]:
            said[int(annotation["image_id"])].append(tidy(str(annotation["caption"])))
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: is no file of COCO's captions ({type(error).__name__}: {error}): take the one of the archive.") from error
    captions = {number: tuple(caption for caption in lines if caption) for number, lines in said.items()}
    _check(path, folder, names, captions)
    return [CaptionedFile(folder / names[number], captions[number], start + number) for number in sorted(names)]


def _check(path: Path, folder: Path, names: dict[int, str], captions: dict[int, tuple[str, ...]]) -> None:
    there = {file.name for file in folder.iterdir()}
    _refuse(path, [name for name in names.values() if name not in there], f"are not in {folder}: unpack its archive whole")
    _refuse(path, [names[number] for number, lines in captions.items() if not lines], "have no captions: take the file of the archive")


def _refuse(path: Path, names: Sequence[Any], why: str) -> None:
    if names:
        raise DataError(f"{path}: {len(names):,} of its photographs, {names[0]!r} for one, {why}.")
