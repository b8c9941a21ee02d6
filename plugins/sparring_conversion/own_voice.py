"""The voice of a recording whose speaker nobody knows, measured on the recording itself."""

from __future__ import annotations

import numpy as np

from sparring_audio import WorldAnalysis
from sparring_conversion.analysis_pool import AUDIBLE
from sparring_conversion.spectra import Scale, Spectra
from sparring_conversion.statistics import Pitch, Voice, pitch_of

# Fewer say nothing of a deviation, of pitch or of spectra.
LEAST_VOICED = 10


class OwnVoice:
    """Grows with the pieces of a recording: ln F0 of voiced frames, and the sums of features and of their squares over those of speech."""

    def __init__(self, spectra: Spectra) -> None:
        self.spectra = spectra
        self._f0: list[np.ndarray] = []
        self._frames = 0
        self._sum, self._squares = np.zeros((1, spectra.dims)), np.zeros((1, spectra.dims))

    def add(self, analysis: WorldAnalysis) -> None:
        """Learn from a piece; frames that the loudest one exceeds by 40 dB are pauses and tell nothing."""
        features = self.spectra.of(analysis)[:, : self.spectra.dims][analysis.energy > AUDIBLE * analysis.energy.max()]
        self._f0.append(analysis.f0[analysis.voiced])
        self._frames += len(features)
        self._sum += features.sum(axis=0, keepdims=True)
        self._squares += np.square(features).sum(axis=0, keepdims=True)

    def voice(self, like: Voice) -> Voice | None:
        """What normalises this recording; None if it is nowhere voiced.

        `like`, one of the run's speakers, lends what is common to all of them, and what a recording with too few voiced frames does not
        tell: then only the mean of the pitch is its own.
        """
        pitch = pitch_of(self._f0)
        if pitch is None:
            return None
        if sum(map(len, self._f0)) < LEAST_VOICED:
            return Voice("", Pitch(pitch.mean, like.pitch.deviation), like.scale)
        if not self.spectra.per_speaker:
            return Voice("", pitch, like.scale)
        return Voice("", pitch, self._scale())

    def _scale(self) -> Scale:
        mean = self._sum / self._frames
        variance = np.maximum(self._squares / self._frames - mean**2, 0)
        return Scale(mean, np.maximum(np.sqrt(variance), 1e-10))
