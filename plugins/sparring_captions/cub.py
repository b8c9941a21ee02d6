"""Caltech-UCSD Birds 200-2011 with the captions of Reed et al. 2016."""

from __future__ import annotations

from pathlib import Path

from sparring import DataError
from sparring_captions.caption_source import CaptionSource, captions_of, file_source, first_of, refuse_if_any
from sparring_captions.captioned_files import Box, CaptionedFile
from sparring_captions.class_lists import class_parts

# The side of the square around a bird, in longer sides of its bounding box (Zhang et al. 2017).
AROUND = 1.5


def cub(root: Path) -> CaptionSource:
    """The birds in `root`, 150 classes to train on and 50 others to be tested on.

    What is looked for: CUB_200_2011/ as its archive unpacks (images.txt, bounding_boxes.txt, images/), or `root` itself as that folder;
    the captions in text_c10/CLASS/IMAGE.txt (or text/, or either in cvpr2016_cub/); and the lists of classes beside `text_c10`, see
    `class_lists`. This is the layout of Reed's and of StackGAN's data. Pictures of classes in neither list are left out.

    A bird is cut out as a square 1.5 times as wide as the longer side of its bounding box, which ends where the picture ends, and is then
    stretched (StackGAN, misc/utils.py). Validation images are a tenth of the training ones, chosen by a hash of their names.
    """
    pictures = first_of(root, "CUB_200_2011/images.txt", "images.txt").parent
    texts = first_of(root, "text_c10", "text", "cvpr2016_cub/text_c10", "cvpr2016_cub/text")
    parts = class_parts([root, texts.parent])
    names, boxes = _table(pictures / "images.txt", 2), _table(pictures / "bounding_boxes.txt", 5)
    classes = {name: label for label, name in enumerate(sorted(parts))}
    problems: list[str] = []
    files: dict[str, list[CaptionedFile]] = {"train": [], "test": []}
    for number, (name,) in names.items():
        kind = name.split("/")[0]
        if kind not in parts:
            continue
        if number not in boxes:
            problems.append(f"{pictures / 'bounding_boxes.txt'}: picture {number} ({name}) has no box.")
            continue
        captions = captions_of((texts / name).with_suffix(".txt"), problems)
        files[parts[kind]].append(CaptionedFile(pictures / "images" / name, captions, classes[kind], _around(boxes[number])))
    refuse_if_any(problems or [f"{pictures / 'images.txt'}: has no picture of the {part} classes." for part in files if not files[part]])
    return file_source(f"Caltech-UCSD birds of {root}", root, train=files["train"], test=files["test"])


def _table(path: Path, columns: int) -> dict[str, list[str]]:
    """The words of each line after the first one, by it."""
    if not path.is_file():
        raise DataError(f"{path}: there is no such file: unpack the archive of CUB-200-2011 whole.")
    rows = [line.split(maxsplit=columns - 1) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if bad := next((number for number, row in enumerate(rows, start=1) if len(row) != columns), 0):
        raise DataError(f"{path}:{bad}: has not {columns} columns: take the file of the archive.")
    return {row[0]: row[1:] for row in rows}


def _around(box: list[str]) -> Box:
    left, upper, width, height = (int(float(number)) for number in box)
    across, down = (2 * left + width) // 2, (2 * upper + height) // 2
    reach = int(max(width, height) * AROUND / 2)
    return across - reach, down - reach, across + reach, down + reach
