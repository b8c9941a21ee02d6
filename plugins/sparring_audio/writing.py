"""Audio files out: written beside, synced, then renamed, so that a file that is there is whole."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

import soundfile
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from sparring import DataError


class AudioWriter:
    """A recording that grows block by block, of which nothing is seen before it is finished.

    `with AudioWriter(path, 16000) as out: out.write(block)`. The suffix of the path decides the format. If the block of code raises,
    nothing is left behind, and a file that was there before stays.

    `subtype`: the coding of a sample as libsndfile calls it ("PCM_16", "PCM_24", "FLOAT"); by default the format's usual one.
    Raises `DataError`, naming the file, if the format is unknown, cannot hold this, or if the disk refuses.
    """

    def __init__(self, path: Path | str, sample_rate_hz: int, *, channels: int = 1, subtype: str | None = None) -> None:
        self.path = Path(path)
        # Hidden, so that no listing of audio files takes it for one; the suffix stays, since libsndfile reads the format from it.
        self._beside = self.path.with_name(f".{self.path.stem}.{os.getpid()}.partial{self.path.suffix}")
        self.channels = channels
        # libsndfile 1.2.2 ends the whole program when asked for an Ogg file of 256.
        if channels > 255:
            raise DataError(f"{self.path}: {channels} channels are more than the 255 that can be written.")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = soundfile.SoundFile(self._beside, "w", samplerate=sample_rate_hz, channels=channels, subtype=subtype)
        except OSError as error:
            raise DataError(f"{self.path}: the file cannot be written: {error.strerror}.") from error
        except (soundfile.LibsndfileError, TypeError, ValueError) as error:
            self._beside.unlink(missing_ok=True)
            kind = f"{self.path.suffix or 'no suffix'}, {sample_rate_hz} Hz, {channels} channels, subtype {subtype or 'usual'}"
            raise DataError(f"{self.path}: libsndfile cannot write this kind of file ({kind}): {error}") from error

    def write(self, wave: Float[Tensor, "channels time"]) -> None:
        """Append samples. Integer formats limit them to [-1, 1]. Raises `DataError` for NaN, infinity, or a full disk."""
        if len(wave) != self.channels:
            raise DataError(f"{self.path}: the file has {self.channels} channels, and the wave to be written has {len(wave)}.")
        if not wave.isfinite().all():
            raise DataError(f"{self.path}: the wave to be written contains NaN or infinity.")
        try:
            self._file.write(rearrange(wave.detach().cpu().float(), "channels time -> time channels").numpy())
        except soundfile.LibsndfileError as error:
            raise DataError(f"{self.path}: the file cannot be written: {error.error_string}") from error

    def __enter__(self) -> AudioWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._file.close()
            if kind is None:
                with self._beside.open("rb+") as file:
                    os.fsync(file.fileno())
                self._beside.replace(self.path)
        except OSError as failure:
            raise DataError(f"{self.path}: the file cannot be written: {failure.strerror}.") from failure
        finally:
            self._beside.unlink(missing_ok=True)


def write(
    path: Path | str, wave: Float[Tensor, "channels time"] | Float[Tensor, " time"], sample_rate_hz: int, *, subtype: str | None = None
) -> None:
    """Write a whole recording; formats, limits and errors are those of `AudioWriter`."""
    wave = wave if wave.ndim == 2 else wave[None]
    with AudioWriter(path, sample_rate_hz, channels=len(wave), subtype=subtype) as out:
        out.write(wave)
