"""Embeddings that lie beside pictures: published ones, or those that `encode-captions` wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from sparring import DataError
from sparring_captions.embedding_file import read_embeddings

COMMON = "embeddings.safetensors"
BESIDE = (".safetensors", ".npy")


def stored_embeddings(root: Path, paths: Sequence[Path]) -> Sequence[Tensor] | None:
    """Of each picture the embeddings of its captions, (captions, width), float32; None if there is not a single one.

    They are in `root`/embeddings.safetensors, a tensor for each picture, or beside it, in PICTURE.safetensors or PICTURE.npy. In the
    common file, a picture has the tensor whose name is its path without suffix, or the end of it that is longest; a picture whose file
    name no other one has may lie in folders of other names (jpg/image_00001.jpg has class_00077/image_00001).

    Raises `DataError` for pictures without any among others that have some, for a tensor that may be of two pictures, for widths that
    differ, and for damaged files.
    """
    common = root / COMMON
    if common.is_file():
        found = _common(common, root, paths)
    else:
        files = [next((path.with_suffix(suffix) for suffix in BESIDE if path.with_suffix(suffix).is_file()), None) for path in paths]
        if not any(files):
            return None
        found = [None if file is None else read_embeddings(file) for file in files]
    missing = [path for path, one in zip(paths, found, strict=True) if one is None]
    if missing:
        raise DataError(
            f"{missing[0].relative_to(root)}: there are no embeddings of its captions, nor for {len(missing) - 1} other pictures, though "
            f"others have some: encode all of them, or name an encoder with data.text_encoder."
        )
    there = [one for one in found if one is not None]
    widths = {one.shape[1] for one in there}
    if len(widths) > 1:
        raise DataError(f"{root}: some embeddings have {min(widths)} numbers, others {max(widths)}: encode all captions by one encoder.")
    return there


def _common(file: Path, root: Path, paths: Sequence[Path]) -> list[Tensor | None]:
    try:
        with safe_open(file, framework="pt") as tensors:
            names = _matched(file, tensors.keys(), root, paths)
            return [_checked(file, names[path], tensors.get_tensor(names[path])) if path in names else None for path in paths]
    except (OSError, SafetensorError) as error:
        raise DataError(f"{file}: is damaged, or no safetensors file: {error}.") from error


def _matched(file: Path, names: Sequence[str], root: Path, paths: Sequence[Path]) -> Mapping[Path, str]:
    """Which tensor is of which picture."""
    alike: dict[str, list[tuple[str, ...]]] = {}
    for name in names:
        parts = tuple(name.split("/"))
        alike.setdefault(parts[-1], []).append(parts)
    matched: dict[Path, str] = {}
    owner: dict[str, Path] = {}
    for path in paths:
        parts = path.relative_to(root).with_suffix("").parts
        there = alike.get(parts[-1], [])
        ends = sorted((one for one in there if one == parts[-len(one) :]), key=len)
        chosen = ends[-1] if ends else there[0] if len(there) == 1 else None
        if chosen is None:
            continue
        name = "/".join(chosen)
        if name in owner:
            both = f"{owner[name].relative_to(root)} and {path.relative_to(root)}"
            raise DataError(f"{file}: {name!r} may be of {both}: name its tensors by the paths of the pictures, without their suffix.")
        owner[name] = path
        matched[path] = name
    return matched


def _checked(file: Path, name: str, embeddings: Tensor) -> Tensor:
    if not embeddings.is_floating_point() or embeddings.ndim != 2 or 0 in embeddings.shape:
        shape = " x ".join(map(str, embeddings.shape))
        raise DataError(
            f"{file}: {name!r}: embeddings are numbers, captions x width, and these are {shape or 'one'} of {embeddings.dtype}."
        )
    if not embeddings.isfinite().all():
        raise DataError(f"{file}: {name!r}: the embeddings contain NaN or infinity.")
    return embeddings.float()
