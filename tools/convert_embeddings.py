"""Published caption embeddings as one embeddings.safetensors, which data read: a tensor (captions, width) for every image.

    python tools/convert_embeddings.py birds/train birds/test --output CUB/embeddings.safetensors
    python tools/convert_embeddings.py cub_icml --output CUB/embeddings.safetensors
    python tools/convert_embeddings.py embeddings_c10 --filenames filenames.txt --output CUB/embeddings.safetensors

PUBLISHED is any number of
- .pickle files of StackGAN: a list of arrays (captions, width), or one array (images, captions, width). The names of the images, in the
  same order, are in filenames.pickle beside it, or in --filenames;
- .t7 files of Reed et al., one an image: a table whose 'txt' is a tensor (captions, width) and whose 'img' is the image's name; or the
  tensor alone, which is then of the image CLASS/IMAGE after its folder CLASS and its name IMAGE.t7;
- .t7 files, one a class: a tensor (images, width, captions), whose images are those of --filenames in the folder CLASS, for CLASS.t7;
- folders: every .t7 and every char-CNN-RNN-embeddings.pickle in and below them.

A tensor's name is the image's without .jpg, .jpeg or .png: '001.Black_footed_Albatross/Black_Footed_Albatross_0046_18'. No file is
unpickled, and nothing in it can run. With one bad file nothing is written, and the exit status is 2.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from published_pickle import Array, read_pickle
from safetensors import SafetensorError
from safetensors.numpy import save_file
from torch7 import read_torch7

from sparring import DataError, whole_file

PICKLES = (".pickle", ".pkl")
IN_FOLDERS = "char-CNN-RNN-embeddings.pickle"
IMAGES = re.compile(r"\.(jpe?g|png)$", re.IGNORECASE)
MOST_BYTES = 8 << 30
"""Bytes of a file: more than COCO's embeddings written as text."""


def convert(published: Sequence[Path], output: Path, *, filenames: Path | None = None) -> dict[str, np.ndarray]:
    """Write the embeddings in `published`, files and folders, to `output` in one step; returns them, float32, by image.

    Raises `DataError` with a sentence for anything that is not as the page above says; `output` is then as it was.
    """
    if output.suffix != ".safetensors" or output.is_dir():
        raise DataError(f"{output}: the output is a file that ends in .safetensors: --output ROOT/embeddings.safetensors.")
    files = [file for path in published for file in _files(path)]
    names = _names(filenames) if filenames else None
    if names and sum(path.suffix in PICKLES for path in files) > 1:
        raise DataError(
            f"{filenames}: --filenames is for one pickle, and there are more: leave it out where each has a filenames.pickle beside it."
        )
    found: dict[str, np.ndarray] = {}
    homes: dict[str, Path] = {}
    for path in files:
        for name, embeddings in _named(path, names):
            if name in found:
                raise DataError(f"{path}: the image {name!r} has embeddings already, from {homes[name]}: give each image once.")
            found[name], homes[name] = _checked(path, name, embeddings), path
            first = next(iter(found))
            if found[name].shape[1] != found[first].shape[1]:
                widths = f"{found[name].shape[1]:,} numbers, but {found[first].shape[1]:,} in {homes[first]}"
                raise DataError(f"{path}: an embedding of {name!r} has {widths}: convert those of one text encoder at a time.")
    _write(output, found)
    return found


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise DataError(f"{path}: there is no such file or folder.")
    if not path.is_dir():
        if path.suffix not in (*PICKLES, ".t7"):
            raise DataError(f"{path}: it ends neither in .pickle nor in .t7: give a published file, or a folder of them.")
        return [path]
    files = sorted(file for file in path.rglob("*") if file.suffix == ".t7" or file.name == IN_FOLDERS)
    if not files:
        raise DataError(f"{path}: there is no .t7 file and no {IN_FOLDERS} in it.")
    return files


def _bytes(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise DataError(f"{path}: it is no file.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{path}: it is bigger than {MOST_BYTES >> 30} GiB: no published file of embeddings is.")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: it cannot be read: {error.strerror}.") from error


def _names(path: Path) -> list[str]:
    """The images named by a pickled list, or by a text file, one a line."""
    data = _bytes(path)
    try:
        if path.suffix in PICKLES:
            listed = read_pickle(data)
            if not isinstance(listed, (list, tuple)) or not all(isinstance(name, (str, bytes)) for name in listed):
                raise DataError(f"{path}: it is no list of names: StackGAN's is called filenames.pickle.")
            return [name.decode() if isinstance(name, bytes) else str(name) for name in listed]
        return [line.strip() for line in data.decode().splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise DataError(f"{path}: a name in it is no text (UTF-8).") from None
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error


def _named(path: Path, names: Sequence[str] | None) -> Iterator[tuple[str, np.ndarray]]:
    """The images of one file, each with its embeddings (captions, width)."""
    if path.suffix == ".t7":
        pairs = _torch7(path, names)
    else:
        beside = path.with_name("filenames.pickle")
        if names is None and not beside.exists():
            raise DataError(f"{path}: there is no filenames.pickle beside it: say whose captions these are with --filenames FILE.")
        pairs = _pickled(path, _names(beside) if names is None else names)
    for name, embeddings in pairs:
        yield _key(path, name), embeddings


def _pickled(path: Path, names: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
    data = _bytes(path)
    try:
        value = read_pickle(data)
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error
    if isinstance(value, Array) and value.values is not None and value.values.ndim > 1:
        rows: Sequence[object] | np.ndarray = value.values
    elif isinstance(value, (list, tuple)):
        rows = [one.values if isinstance(one, Array) else None for one in value]
    else:
        raise DataError(f"{path}: it is no list of arrays: StackGAN's is called {IN_FOLDERS}.")
    if len(rows) != len(names):
        raise DataError(f"{path}: it has the embeddings of {len(rows):,} images, but {len(names):,} images are named.")
    held = 0
    for name, row in zip(names, rows, strict=True):
        if not isinstance(row, np.ndarray):
            raise DataError(f"{path}: what it has for {name!r} is no array of floating-point numbers.")
        held += row.nbytes
        if held > len(data):  # one array of the file in many places
            raise DataError(f"{path}: it claims to hold more numbers than fit into it.")
        yield name, row[None] if row.ndim == 1 else row


def _torch7(path: Path, names: Sequence[str] | None) -> Iterator[tuple[str, np.ndarray]]:
    try:
        value = read_torch7(_bytes(path))
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error
    if names is not None and not (isinstance(value, np.ndarray) and value.ndim == 3):
        raise DataError(f"{path}: it is of one image, which it says itself: --filenames is for pickles and for tensors of a class.")
    if isinstance(value, Mapping):
        image, embeddings = value.get("img"), value.get("txt")
        if not isinstance(image, str) or not isinstance(embeddings, np.ndarray):
            raise DataError(f"{path}: it has no image's name as 'img' and no tensor as 'txt', as the files of an image have.")
        yield image, embeddings
    elif not isinstance(value, np.ndarray) or value.ndim not in (2, 3):
        raise DataError(f"{path}: it is neither a table with 'img' and 'txt' nor a tensor of two or three axes.")
    elif value.ndim == 2:
        yield f"{path.resolve().parent.name}/{path.stem}", value
    else:
        inside = [name for name in names or () if path.stem in PurePosixPath(name).parts[:-1]]
        if len(inside) != len(value):
            told = f"--filenames names {len(inside):,} in a folder {path.stem!r}" if names else "--filenames FILE has to name them"
            raise DataError(f"{path}: it has the embeddings of {len(value):,} images of a class, and {told}.")
        if value.dtype.kind == "f" and np.array_equal(value, np.trunc(value)):
            raise DataError(f"{path}: all its numbers are whole: these are characters of captions, not embeddings.")
        yield from zip(inside, value.transpose(0, 2, 1), strict=True)


def _key(path: Path, name: str) -> str:
    """An image's name without its suffix: what data look for."""
    key = IMAGES.sub("", name)
    parts = key.split("/")
    if not key.isprintable() or "\\" in key or key == "__metadata__" or any(part in ("", ".", "..") for part in parts):
        raise DataError(f"{path}: {name[:100]!r} is no name of an image below the folder of images.")
    return key


def _checked(path: Path, name: str, embeddings: np.ndarray) -> np.ndarray:
    if embeddings.dtype.kind != "f" or embeddings.ndim != 2 or not embeddings.size:
        shape = f"{embeddings.shape} of {embeddings.dtype}"
        raise DataError(f"{path}: what it has for {name!r} is {shape}, not (captions, width) of floating-point numbers.")
    with np.errstate(over="ignore"):
        numbers = np.array(embeddings, dtype=np.float32, order="C")
    if not np.isfinite(numbers).all():
        raise DataError(f"{path}: an embedding of {name!r} is not finite: the file is damaged.")
    return numbers


def _write(output: Path, embeddings: Mapping[str, np.ndarray]) -> None:
    try:
        with whole_file(output) as draft:
            save_file(dict(embeddings), draft)
    except SafetensorError as error:
        raise DataError(f"{output}: the file cannot be written: {error}.") from error


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("published", type=Path, nargs="+", metavar="PUBLISHED", help=".pickle and .t7 files, and folders of them")
    parser.add_argument(
        "--output", type=Path, required=True, metavar="FILE", help="the .safetensors file; data look for ROOT/embeddings.safetensors"
    )
    parser.add_argument(
        "--filenames", type=Path, metavar="FILE", help="names of the images, in order: a pickled list, or a text file, one a line"
    )
    given = parser.parse_args()
    try:
        embeddings = convert(given.published, given.output, filenames=given.filenames)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    captions, width = sum(map(len, embeddings.values())), next(iter(embeddings.values())).shape[1]
    print(f"{given.output}: {len(embeddings):,} images, {captions:,} captions, {width:,} numbers each")
    return 0


if __name__ == "__main__":
    sys.exit(main())
