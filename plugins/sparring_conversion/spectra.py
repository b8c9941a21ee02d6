"""What networks see of a spectral envelope, and the way back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from jaxtyping import Float

from sparring import DataError
from sparring_audio import WorldAnalysis, envelope_of, mel_cepstrum, warping_of

Kind = Literal["mel-cepstra", "log-spectra"]
Features = Float[np.ndarray, "_ dims"]  # frames of their own each: a speaker's mean has one

TINY = 1e-10  # the floor under powers: 100 dB below a sample of full scale


class Spectra(ABC):
    """One vector a frame. Level is no part of it: `envelope` gives every frame the energy that the analysis has there.

    `kind` is what recipes call it; `per_speaker` says whether each speaker has a scale of their own.
    """

    kind: ClassVar[Kind]
    per_speaker: ClassVar[bool]
    dims: int

    @abstractmethod
    def of(self, analysis: WorldAnalysis) -> Features:
        """The features of every frame, not normalised."""

    @abstractmethod
    def scale(self, features: Mapping[str, Sequence[Features]]) -> dict[str, tuple[Features, Features]]:
        """What to take from a feature and what to divide it by, each (1, dims), of every speaker, given their utterances' features."""

    def normalised(self, features: Features, mean: Features, deviation: Features) -> Features:
        """As networks see them."""
        return (features - mean) / deviation

    def restored(self, features: Features, mean: Features, deviation: Features) -> Features:
        """From what networks made to features."""
        return features * deviation + mean

    def envelope(self, features: Features, analysis: WorldAnalysis) -> Float[np.ndarray, "frames bins"]:
        """The power envelope that has these features and, frame by frame, the energy of `analysis`."""
        shape = self._shape(features, analysis)
        return shape * (analysis.energy / np.maximum(shape.sum(axis=1), TINY))[:, None]

    @abstractmethod
    def _shape(self, features: Features, analysis: WorldAnalysis) -> Float[np.ndarray, "frames bins"]: ...


class MelCepstra(Spectra):
    """The mel-cepstral coefficients c1 to cN; c0 stays with the source. Scaled per speaker to mean 0 and deviation 1.

    Source: Kaneko and Kameoka 2018, CycleGAN-VC, section 4.1.
    """

    kind: ClassVar[Kind] = "mel-cepstra"
    per_speaker: ClassVar[bool] = True

    def __init__(self, *, coefficients: int, sample_rate_hz: int) -> None:
        self.dims = coefficients
        self.alpha = warping_of(sample_rate_hz)

    def of(self, analysis: WorldAnalysis) -> Features:
        return mel_cepstrum(analysis.envelope, order=self.dims, alpha=self.alpha)[:, 1:]

    def scale(self, features: Mapping[str, Sequence[Features]]) -> dict[str, tuple[Features, Features]]:
        joined = {speaker: np.concatenate(list(parts)) for speaker, parts in features.items()}
        return {speaker: (all_.mean(0, keepdims=True), np.maximum(all_.std(0, keepdims=True), TINY)) for speaker, all_ in joined.items()}

    def _shape(self, features: Features, analysis: WorldAnalysis) -> Float[np.ndarray, "frames bins"]:
        level = mel_cepstrum(analysis.envelope, order=self.dims, alpha=self.alpha)[:, :1]
        return envelope_of(np.concatenate((level, features), axis=1), alpha=self.alpha, fft_size=analysis.fft_size)


class LogSpectra(Spectra):
    """log10 of the envelope over its sum, every bin. Scaled alike for all speakers: the quantiles 0.5 % and 99.5 % become -1 and 1, and
    what is beyond is clipped.

    Source: Hsu et al. 2017, VAW-GAN, and its authors' code.
    """

    kind: ClassVar[Kind] = "log-spectra"
    per_speaker: ClassVar[bool] = False
    QUANTILES = (0.005, 0.995)

    def __init__(self, *, sample_rate_hz: int) -> None:
        from sparring_audio import fft_size_of

        self.dims = fft_size_of(sample_rate_hz) // 2 + 1

    def of(self, analysis: WorldAnalysis) -> Features:
        return np.log10(np.maximum(analysis.envelope, TINY) / np.maximum(analysis.energy, TINY)[:, None])

    def scale(self, features: Mapping[str, Sequence[Features]]) -> dict[str, tuple[Features, Features]]:
        low, high = np.quantile(
            np.concatenate([part for parts in features.values() for part in parts]), self.QUANTILES, axis=0, keepdims=True
        )
        return {speaker: ((low + high) / 2, np.maximum((high - low) / 2, TINY)) for speaker in features}

    def normalised(self, features: Features, mean: Features, deviation: Features) -> Features:
        return super().normalised(features, mean, deviation).clip(-1, 1)

    def _shape(self, features: Features, analysis: WorldAnalysis) -> Float[np.ndarray, "frames bins"]:
        return 10.0**features


def spectra_of(data: Mapping[str, Any]) -> Spectra:
    """The features that a run's data were configured with: `features`, `coefficients`, `sample_rate_hz`."""
    kind: Kind = data["features"]
    if kind == "mel-cepstra":
        return MelCepstra(coefficients=data["coefficients"], sample_rate_hz=data["sample_rate_hz"])
    if kind == "log-spectra":
        return LogSpectra(sample_rate_hz=data["sample_rate_hz"])
    raise DataError(f"there are no features {kind!r}: choose mel-cepstra or log-spectra")
