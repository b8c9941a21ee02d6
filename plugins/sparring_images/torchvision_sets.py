"""Data sets that torchvision knows: MNIST, CIFAR-10, CIFAR-100, CelebA, in the folders that it unpacks them to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from torchvision import datasets

from sparring import DataError
from sparring_images.source import Source, held_out
from sparring_vision import ArrayPictures, PictureFiles


def mnist(root: Path, *, download: bool) -> Source:
    """70 000 grey digits of 28 x 28 pixels (LeCun et al. 1998), 10 000 of them for the test."""
    opened = [_open(datasets.MNIST, root, "MNIST/raw", download=download, train=train) for train in (True, False)]
    return _labelled("MNIST", root, opened, tuple(map(str, range(10))))


def cifar10(root: Path, *, download: bool) -> Source:
    """60 000 coloured pictures of 32 x 32 pixels in 10 classes (Krizhevsky 2009), 10 000 of them for the test."""
    opened = [_open(datasets.CIFAR10, root, "cifar-10-batches-py", download=download, train=train) for train in (True, False)]
    return _labelled("CIFAR-10", root, opened, tuple(opened[0].classes))


def cifar100(root: Path, *, download: bool) -> Source:
    """60 000 coloured pictures of 32 x 32 pixels in 100 classes (Krizhevsky 2009), 10 000 of them for the test."""
    opened = [_open(datasets.CIFAR100, root, "cifar-100-python", download=download, train=train) for train in (True, False)]
    return _labelled("CIFAR-100", root, opened, tuple(opened[0].classes))


def celeba(root: Path, *, download: bool) -> Source:
    """202 599 aligned faces of 178 x 218 pixels, without classes, in the three splits of their authors (Liu et al. 2015)."""
    _open(datasets.CelebA, root, "celeba", download=download, split="all")
    words = (root / "celeba" / "list_eval_partition.txt").read_text(encoding="utf-8").split()
    place = root / "celeba" / "img_align_celeba"
    splits = [[place / name for name, split in zip(words[::2], words[1::2], strict=True) if split == number] for number in "012"]
    train, validation, test = (PictureFiles(place, paths, np.zeros(len(paths), dtype=np.int64)) for paths in splits)
    if problems := [*train.problems(), *validation.problems(), *test.problems()]:
        raise DataError("\n".join(problems[:20]))
    return Source(f"CelebA of {root}", (), train, validation, test)


def _open(kind: Any, root: Path, place: str, *, download: bool, **options: Any) -> Any:
    try:
        return kind(root, download=download, **options)
    except (RuntimeError, OSError, ImportError, ValueError, AssertionError, EOFError) as error:
        if download:
            raise DataError(f"{root}: {kind.__name__} could not be downloaded: {error}") from error
        raise DataError(
            f"{root}: {kind.__name__} is not there or damaged ({str(error).partition('. You can')[0] or type(error).__name__}): set "
            f"data.root=PATH to the folder that holds {place!r}, or say data.download=true."
        ) from error


def _labelled(label: str, root: Path, opened: list[Any], classes: tuple[str, ...]) -> Source:
    whole, test = (
        ArrayPictures(f"{label}-{split}", np.asarray(one.data), np.asarray(one.targets))
        for one, split in zip(opened, ("train", "test"), strict=True)
    )
    train, validation = held_out(whole)
    return Source(f"{label} of {root}", classes, train, validation, test)
