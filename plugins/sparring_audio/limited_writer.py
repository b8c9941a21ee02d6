"""Recordings out, as loud as their coding can hold."""

from __future__ import annotations

import logging
from types import TracebackType

from jaxtyping import Float
from torch import Tensor

from sparring_audio.destinations import Destination
from sparring_audio.writing import AudioWriter

# Codings that hold samples beyond full scale.
UNLIMITED = frozenset({"FLOAT", "DOUBLE"})

log = logging.getLogger("sparring")


class LimitedWriter:
    """An `AudioWriter` for a destination, with the rate and the channels of its recording. Samples that the coding cannot hold are limited
    to full scale, and a warning says how many there were.
    """

    def __init__(self, entry: Destination) -> None:
        self.path, self.limited = entry.path, entry.subtype not in UNLIMITED
        self._beyond = 0
        source = entry.source
        self._writer = AudioWriter(entry.path, source.sample_rate_hz, channels=source.channels, subtype=entry.subtype)

    def write(self, wave: Float[Tensor, "channels time"]) -> None:
        """Append samples. Raises `DataError` for NaN, infinity, or a full disk."""
        if self.limited:
            self._beyond += int((wave.abs() > 1).sum())
            wave = wave.clamp(-1, 1)
        self._writer.write(wave)

    def __enter__(self) -> LimitedWriter:
        self._writer.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._writer.__exit__(kind, error, trace)
        if kind is None and self._beyond:
            log.warning("%s: %d samples beyond full scale were limited to it", self.path, self._beyond)
