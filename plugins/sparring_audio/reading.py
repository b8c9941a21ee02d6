"""Audio files in: whole, in part, or block by block. Anything that libsndfile knows (wav, flac, ogg, mp3, aiff, …)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from sparring import DataError
from sparring_audio.truncation import missing_bytes

AUDIO_SUFFIXES = frozenset({".aif", ".aifc", ".aiff", ".au", ".caf", ".flac", ".mp3", ".oga", ".ogg", ".opus", ".rf64", ".w64", ".wav"})

# A FLAC stream of unknown length has the largest number of frames; a FLAC file can have 2^36.
MOST_FRAMES = 2**40


@dataclass(frozen=True)
class AudioInfo:
    """What a file's header says. `subtype` is the coding of a sample ("PCM_16"), `format` the container ("WAV")."""

    path: Path
    frames: int
    sample_rate_hz: int
    channels: int
    subtype: str
    format: str

    @property
    def seconds(self) -> float:
        return self.frames / self.sample_rate_hz


def info(path: Path | str) -> AudioInfo:
    """Size and kind of a recording, from its header alone.

    Raises `DataError`, naming the file, if it is missing, no audio, empty, or ends before its header says.
    """
    with _opened(Path(path)) as file:
        return AudioInfo(Path(path), file.frames, file.samplerate, file.channels, file.subtype, file.format)


def read(path: Path | str, *, start: int = 0, frames: int | None = None) -> tuple[Float[Tensor, "channels time"], int]:
    """`frames` samples of every channel from number `start` on (without `frames`: all that follow), and the sample rate in Hz.

    Samples are float32, in [-1, 1] for integer files. Only the part asked for is read.

    Raises `DataError`, naming the file, as `info` does, and also if the part is not within the file, cannot be decoded, comes out
    shorter than the header says, or contains NaN or infinity.
    """
    with _opened(Path(path)) as file:
        wanted = file.frames - start if frames is None else frames
        if start < 0 or wanted < 1 or start + wanted > file.frames:
            raise DataError(f"{path}: samples {start} to {start + wanted} were asked for, and the file has {file.frames}.")
        file.seek(start)
        return _next(file, Path(path), wanted), file.samplerate


def blocks(path: Path | str, frames: int) -> Iterator[Float[Tensor, "channels time"]]:
    """A recording in consecutive blocks of `frames` samples, the last one shorter, for files that do not fit into memory.

    Raises `DataError` as `read` does, when the faulty block is reached.
    """
    with _opened(Path(path), _Forward) as file:
        for start in range(0, file.frames, frames):
            yield _next(file, Path(path), min(frames, file.frames - start))


def audio_files(folder: Path | str) -> tuple[Path, ...]:
    """All audio files under a folder, sorted; hidden ones (which include half-written ones) are left out.

    Raises `DataError` if the folder does not exist or holds no audio file.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f"{folder}: there is no such folder.")
    found = (path for path in folder.rglob("*") if path.suffix.lower() in AUDIO_SUFFIXES and not path.name.startswith("."))
    files = tuple(sorted(path for path in found if path.is_file()))
    if not files:
        raise DataError(f"{folder}: there is no audio file in it ({', '.join(sorted(AUDIO_SUFFIXES))}).")
    return files


class _Forward(soundfile.SoundFile):
    """Read from beginning to end: soundfile seeks behind every read of a seekable file, which tears an MP3 at every block."""

    def seekable(self) -> bool:
        return False


@contextmanager
def _opened(path: Path, way: type[soundfile.SoundFile] = soundfile.SoundFile) -> Iterator[soundfile.SoundFile]:
    """The file, with whatever is wrong with it worded."""
    if path.is_dir():
        raise DataError(f"{path}: this is a folder, and a file is needed.")
    if not path.is_file():
        raise DataError(f"{path}: there is no such file.")
    if path.suffix.lower() == ".raw":
        raise DataError(f"{path}: a file of bare samples has no header to tell its rate: convert it to WAV or FLAC.")
    try:
        if path.stat().st_size == 0:
            raise DataError(f"{path}: the file is empty.")
        missing = missing_bytes(path)
        if missing:
            raise DataError(f"{path}: the file is truncated: at least {missing} bytes are missing from its end.")
        with way(path) as file:
            if file.frames < 1:
                raise DataError(f"{path}: the file holds no samples.")
            if file.frames > MOST_FRAMES:
                raise DataError(f"{path}: the header does not tell how long the recording is (a stream?): convert it to WAV or FLAC anew.")
            yield file
    except OSError as error:
        raise DataError(f"{path}: the file cannot be read: {error.strerror}.") from error
    except soundfile.LibsndfileError as error:
        raise DataError(f"{path}: the file is damaged, or no audio that libsndfile knows: {error.error_string}") from error


def _next(file: soundfile.SoundFile, path: Path, frames: int) -> Float[Tensor, "channels time"]:
    try:
        samples = file.read(frames, dtype="float32", always_2d=True)
    except MemoryError as error:
        raise DataError(f"{path}: {frames} samples, as the header has it, do not fit into memory.") from error
    if len(samples) < frames:
        raise DataError(f"{path}: the file is truncated: {frames - len(samples)} of the {frames} samples to be read did not come.")
    if not np.isfinite(samples).all():
        raise DataError(f"{path}: the file contains NaN or infinity.")
    return torch.from_numpy(rearrange(samples, "time channels -> channels time").copy())
