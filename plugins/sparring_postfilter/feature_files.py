"""Files of features: what other synthesisers leave and take, one row a frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Float

from sparring import DataError, whole_file
from sparring_postfilter.features import Kind

Matrix = Float[np.ndarray, "frames columns"]

RAW_SUFFIXES = frozenset({".bin", ".f32", ".mcep", ".mcp", ".mgc"})
FEATURE_SUFFIXES = RAW_SUFFIXES | {".npy"}
RAW = np.dtype("<f4")
LARGEST = 1e9  # beyond any magnitude of 16-bit samples: bytes of another type read as float32


def feature_files(folder: Path | str) -> tuple[Path, ...]:
    """All feature files under a folder, by their suffix, sorted; hidden ones (which include half-written ones) are left out."""
    found = (path for path in Path(folder).rglob("*") if path.suffix.lower() in FEATURE_SUFFIXES and not path.name.startswith("."))
    return tuple(sorted(path for path in found if path.is_file()))


def read(path: Path | str, columns: int, *, kind: Kind = "mel-cepstra") -> Matrix:
    """The numbers of a feature file, shape (frames, columns), float64.

    Either `.npy`, an array (frames, columns) of float32 or float64, or bare little-endian float32, frame after frame, as Merlin, SPTK
    and nnmnkwii write it (`.mgc`, `.mcep`, `.mcp`, `.bin`, `.f32`). `kind` says what they are: mel-cepstra from c0 on, or the linear
    magnitudes of spectra from 0 to half the rate.

    Raises `DataError`, naming the file, if it is missing, empty, of another kind or shape, cut off, or holds NaN, infinity, numbers that
    no feature reaches, or, for spectra, negative ones.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: there is no such file.")
    suffix = path.suffix.lower()
    if suffix not in FEATURE_SUFFIXES:
        raise DataError(f"{path}: this is no feature file: give it one of the suffixes {', '.join(sorted(FEATURE_SUFFIXES))}.")
    try:
        if path.stat().st_size == 0:
            raise DataError(f"{path}: the file is empty.")
        features = _array(path, columns, kind) if suffix == ".npy" else _raw(path, columns, kind)
    except OSError as error:
        raise DataError(f"{path}: the file cannot be read: {error.strerror}.") from error
    except MemoryError as error:
        raise DataError(f"{path}: the file does not fit into memory.") from error
    doubt = ": have it made anew." if suffix == ".npy" else ": is it of little-endian float32?"
    if not np.isfinite(features).all():
        raise DataError(f"{path}: the file contains NaN or infinity{doubt}")
    largest = float(np.abs(features).max())
    if largest > LARGEST:
        raise DataError(f"{path}: the file has numbers up to {largest:.1e}, which no feature reaches{doubt}")
    if kind == "log-spectra" and (features < 0).any():
        raise DataError(f"{path}: the file has negative magnitudes: are they logarithms? Give linear magnitudes.")
    return features.astype(np.float64)


def write(path: Path | str, features: Matrix, like: Path) -> None:
    """Write features in the coding of the file `like`, and float32 or float64 as that is; `path` needs its suffix.

    A file that is there is whole. Raises `DataError`, naming the file, for NaN or infinity, or if the disk refuses.
    """
    path = Path(path)
    array = like.suffix.lower() == ".npy"
    try:
        kind = np.load(like, mmap_mode="r").dtype if array else RAW
    except OSError as error:
        raise DataError(f"{like}: the file cannot be read: {error.strerror}.") from error
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinity, which is refused
        coded = features.astype(kind)
    if not np.isfinite(coded).all():
        raise DataError(f"{path}: the features to be written contain NaN or infinity.")
    with whole_file(path) as draft, draft.open("wb") as file:
        if array:
            np.save(file, coded)
        else:
            file.write(coded.tobytes())


def _array(path: Path, columns: int, kind: Kind) -> np.ndarray:
    with path.open("rb") as file:
        try:
            features = np.lib.format.read_array(file)
        except ValueError as error:
            raise DataError(f"{path}: no array of numbers, or a damaged one: {error}. Write float32 or float64 with numpy.save.") from error
    if features.dtype.kind != "f" or features.dtype.itemsize not in (4, 8):
        raise DataError(f"{path}: the file holds {features.dtype}, and float32 or float64 is needed: convert it.")
    if features.ndim != 2:
        raise DataError(f"{path}: the array has shape {features.shape}, and (frames, {columns}) is needed.")
    if not len(features):
        raise DataError(f"{path}: the file holds no frame.")
    if features.shape[1] != columns:
        turned = ": write it the other way round" if features.shape[0] == columns else _way_out(columns, kind)
        raise DataError(f"{path}: the file has {features.shape[1]} columns, and {columns} are needed{turned}.")
    return features


def _raw(path: Path, columns: int, kind: Kind) -> np.ndarray:
    contents = path.read_bytes()
    frame = columns * RAW.itemsize
    if len(contents) % frame:
        wanted = f"no whole number of frames of {columns} columns of float32"
        raise DataError(f"{path}: the file has {len(contents)} bytes, {wanted}{_way_out(columns, kind)}.")
    return np.frombuffer(contents, RAW).reshape(-1, columns)


def _way_out(columns: int, kind: Kind) -> str:
    if kind == "mel-cepstra":
        return f" (c0 to c{columns - 1}): give mel-cepstra of order {columns - 1}, or train with another data.coefficients"
    return f" (a transform of {2 * (columns - 1)}): give spectra of that transform, or train with another data.fft_size"
