"""The 102 flowers of Oxford with the captions of Reed et al. 2016."""

from __future__ import annotations

from pathlib import Path

from sparring_captions.caption_source import CaptionSource, captions_of, file_source, first_of, refuse_if_any
from sparring_captions.captioned_files import CaptionedFile
from sparring_captions.class_lists import class_parts


def oxford(root: Path) -> CaptionSource:
    """The flowers in `root`, 82 classes to train on and 20 others to be tested on.

    What is looked for: the pictures in jpg/ (image_00001.jpg …), the captions in text_c10/class_00077/image_00001.txt (or in
    cvpr2016_flowers/text_c10/), whose folders say of which class a picture is, and the lists of classes beside `text_c10`, see
    `class_lists`: the authors' split by class, not the official one by picture. This is the layout of Reed's and of StackGAN's data.

    Pictures are cropped to their centre square, where the authors squeeze them. Validation images are a tenth of the training ones.
    """
    pictures, texts = first_of(root, "jpg", "images"), first_of(root, "text_c10", "cvpr2016_flowers/text_c10")
    parts = class_parts([root, texts.parent])
    problems: list[str] = []
    files: dict[str, list[CaptionedFile]] = {"train": [], "test": []}
    for label, (kind, part) in enumerate(sorted(parts.items())):
        found = sorted((texts / kind).glob("*.txt"))
        if not found:
            problems.append(f"{texts / kind}: the class has no captions.")
        files[part] += [CaptionedFile(pictures / f"{path.stem}.jpg", captions_of(path, problems), label) for path in found]
    refuse_if_any(problems)
    return file_source(f"Oxford flowers of {root}", root, train=files["train"], test=files["test"])
