"""Laying a converted utterance beside a natural one: what of each is heard, as mel-cepstra and pitch, and which frames belong together."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from typing import Any, Literal

import numpy as np
import pyworld
from jaxtyping import Bool, Float

from sparring_audio.alignment import align
from sparring_audio.cepstrum import mel_cepstrum, warping_of
from sparring_audio.world import WorldAnalysis, WorldSettings, analyse_world, samples_of

# a frame of a wave at -127 dB of full scale; WORLD's envelope of digital silence is far below
INAUDIBLE = 1e-10
# utterances, of 40 kB a second: every metric asks for the same output, and every system's outputs are held against the same references
REMEMBERED = 256


@dataclass(frozen=True, kw_only=True, eq=False)
class Speech:
    """What comparisons need of an utterance: mel-cepstra c1 to cN, pitch in Hz (0 where unvoiced), and which frames are heard."""

    cepstra: Float[np.ndarray, "frames coefficients"]
    f0: Float[np.ndarray, " frames"]
    heard: Bool[np.ndarray, " frames"]

    def without_silence(self) -> Speech:
        """The frames that are heard, moved together."""
        return self._at(np.flatnonzero(self.heard))

    def between_silences(self) -> Speech:
        """From the first frame that is heard to the last one: time runs on, pauses are kept."""
        frames = np.flatnonzero(self.heard)
        return self._at(np.arange(frames[0], frames[-1] + 1) if len(frames) else frames)

    def beside(self, other: Speech) -> tuple[Speech, Speech]:
        """The heard frames of both, pair by pair along the path on which their mel-cepstra differ least; no frames if either is silent."""
        one, two = self.without_silence(), other.without_silence()
        if not (len(one.f0) and len(two.f0)):
            return one._at(np.arange(0)), two._at(np.arange(0))
        path, other_path = align(one.cepstra, two.cepstra)
        return one._at(path), two._at(other_path)

    def _at(self, frames: np.ndarray) -> Speech:
        return Speech(cepstra=self.cepstra[frames], f0=self.f0[frames], heard=self.heard[frames])


_heard: OrderedDict[tuple[Listening, bytes], Speech] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, kw_only=True)
class Listening:
    """How utterances are heard: rate, number of mel-cepstral coefficients after c0, where silence begins, how pitch is found.

    Raises `ValueError` for numbers that mean nothing.
    """

    sample_rate_hz: int
    coefficients: int
    silence_db: float
    f0_method: Literal["dio", "harvest"]

    def __post_init__(self) -> None:
        if self.coefficients < 1:
            raise ValueError(f"an envelope is not compared by {self.coefficients} coefficients: give one or more, 24 are usual at 16 kHz")
        if not self.silence_db > 0:
            raise ValueError(f"silence does not begin {self.silence_db} dB below the loudest frame: give a positive number, 40 for speech")

    def hear(self, wave: Any) -> Speech:
        """The speech in a wave, shape (time,), analysed once per content while it is remembered; errors are those of `analyse_world`."""
        samples = samples_of(wave)
        key = self, blake2b(samples.tobytes(), digest_size=32).digest()
        with _lock:
            if key in _heard:
                _heard.move_to_end(key)
                return _heard[key]
        analysis = analyse_world(samples, self.sample_rate_hz, settings=self.settings)
        cepstra = mel_cepstrum(analysis.envelope, order=self.coefficients, alpha=warping_of(self.sample_rate_hz))[:, 1:]
        speech = Speech(cepstra=cepstra, f0=analysis.f0, heard=heard_frames(analysis, silence_db=self.silence_db))
        with _lock:
            _heard[key] = speech
            while len(_heard) > REMEMBERED:
                _heard.popitem(last=False)
        return speech

    def protocol(self) -> Mapping[str, str]:
        """Everything that the speech depends on, as text."""
        settings = self.settings
        return {
            "analysis": f"WORLD (pyworld {pyworld.__version__}), CheapTrick every {1000 * settings.frame_seconds:g} ms",
            "pitch": f"{settings.f0_method} and StoneMask, {settings.f0_floor_hz:g} to {settings.f0_ceiling_hz:g} Hz",
            "spectra": f"mel-cepstra c1 to c{self.coefficients}, warping {warping_of(self.sample_rate_hz)}",
            "silence": f"frames more than {self.silence_db:g} dB below the wave's loudest",
            "rate": f"{self.sample_rate_hz} Hz",
        }

    @property
    def settings(self) -> WorldSettings:
        return WorldSettings(f0_method=self.f0_method)


def heard_frames(analysis: WorldAnalysis, *, silence_db: float = 40.0) -> Bool[np.ndarray, " frames"]:
    """Which frames are heard: those whose energy is at most `silence_db` below that of the loudest frame. None in digital silence."""
    return audible(analysis.energy, silence_db=silence_db)


def audible(energy: Float[np.ndarray, " frames"], *, silence_db: float = 40.0) -> Bool[np.ndarray, " frames"]:
    """Which frames of such energies are heard: as `heard_frames`, whatever the energies are of."""
    return (energy > INAUDIBLE) & (energy >= energy.max() / 10 ** (silence_db / 10))
