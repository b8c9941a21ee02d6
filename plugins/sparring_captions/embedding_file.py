"""Embeddings in a file: texts that were encoded elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from sparring import DataError
from sparring_captions.text_encoder import Embeddings

NAME = "embeddings"


def read_embeddings(path: Path | str) -> Embeddings:
    """The embeddings in a .safetensors file (its tensor `embeddings`, or its only one) or a .npy file, as float32, a row for each text.

    Raises `DataError`, naming the file, if it is missing, damaged or of another kind, if it has no such tensor, or if that is not
    (captions, width) of finite floating-point numbers with at least one caption.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: there is no such file")
    if path.suffix.lower() not in (".safetensors", ".npy"):
        raise DataError(f"{path}: embeddings are read from .safetensors and .npy files")
    values = _numpy(path) if path.suffix.lower() == ".npy" else _safetensors(path)
    if not values.is_floating_point() or values.ndim != 2 or 0 in values.shape:
        found = " x ".join(str(length) for length in values.shape)
        raise DataError(
            f"{path}: embeddings are floating-point numbers, captions x width, and these are {found or 'one'} of {values.dtype}"
        )
    values = values.float()
    if not values.isfinite().all():
        raise DataError(f"{path}: the embeddings contain NaN or infinity")
    return values


def _safetensors(path: Path) -> Tensor:
    try:
        with safe_open(path, framework="pt") as file:
            names = list(file.keys())
            name = names[0] if len(names) == 1 else NAME
            if name not in names:
                raise DataError(f"{path}: has {len(names)} tensors and none called {NAME!r}: keep the wanted one under that name")
            return file.get_tensor(name)
    except (OSError, SafetensorError) as error:
        raise DataError(f"{path}: is damaged, or no safetensors file: {error}") from error


def _numpy(path: Path) -> Tensor:
    try:
        values = np.lib.format.open_memmap(path, mode="r")  # mapped: what claims to be longer than it is, or holds objects, is refused
        # In the byte order of this machine.
        return torch.from_numpy(np.array(values, dtype=values.dtype.newbyteorder("=")))
    except (OSError, ValueError, TypeError, EOFError) as error:
        raise DataError(f"{path}: is damaged, or no .npy file of numbers: {error}") from error
