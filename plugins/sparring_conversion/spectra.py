"""What networks see of a spectral envelope, and the way back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from jaxtyping import Float

from sparring import DataError
from sparring_audio import WorldAnalysis, envelope_of, fft_size_of, mel_cepstrum, warping_of
from sparring_conversion.vocal_tract import combined, rewarped, warpings_of

Kind = Literal["mel-cepstra", "log-spectra"]
Features = Float[np.ndarray, "_ wide"]  # of utterances of different lengths
Spectrum = Float[np.ndarray, "_ dims"]
Envelope = Float[np.ndarray, "_ bins"]

TINY = 1e-10  # the floor under powers: 100 dB below a sample of full scale
FINE = 60  # mel-cepstra enough to be warped as the envelope itself would be


@dataclass(frozen=True)
class Scale:
    """What makes a speaker's features normal: `mean` and `deviation`, each (1, dims), and the warping of the frequency axis."""

    mean: Float[np.ndarray, "1 dims"]
    deviation: Float[np.ndarray, "1 dims"]
    warping: float = 0.0


class Spectra(ABC):
    """One vector a frame. Level is no part of it: `envelope` gives every frame the energy that the analysis has there.

    `kind` is what recipes call it; `per_speaker` says whether each speaker has a scale of their own; `dims` is what networks see of
    features, which are kept `width` wide.
    """

    kind: ClassVar[Kind]
    per_speaker: ClassVar[bool]
    dims: int
    width: int

    def key(self) -> str:
        """What sets these spectra apart from others, as text."""
        return f"{self.kind} {self.dims} of {self.width}"

    @abstractmethod
    def of(self, analysis: WorldAnalysis) -> Features:
        """The features of every frame, as they are kept."""

    @abstractmethod
    def scales(self, features: Mapping[str, Sequence[Features]]) -> dict[str, Scale]:
        """The scale of every speaker, given the features of their utterances."""

    @abstractmethod
    def normalised(self, features: Features, scale: Scale) -> Spectrum:
        """Features as networks see them."""

    @abstractmethod
    def shape(self, normalised: Spectrum, scale: Scale, analysis: WorldAnalysis) -> Envelope:
        """The envelope that networks made, on a speaker's scale, up to the level of each frame."""

    def envelope(self, normalised: Spectrum, scale: Scale, analysis: WorldAnalysis) -> Envelope:
        """The power envelope that networks made, on a speaker's scale, with the energy that `analysis` has in every frame."""
        shape = self.shape(normalised, scale, analysis)
        return shape * (analysis.energy / np.maximum(shape.sum(axis=1), TINY))[:, None]


class MelCepstra(Spectra):
    """The mel-cepstral coefficients c1 to cN; c0 stays with the source. Scaled per speaker to mean 0 and deviation 1.

    With `vocal_tract`, each speaker's frequency axis is warped first, so that formants of long and short vocal tracts lie over one
    another (`warpings_of`); what is converted is warped as the target's.

    Source: Kaneko and Kameoka 2018, CycleGAN-VC, section 4.1.
    """

    kind: ClassVar[Kind] = "mel-cepstra"
    per_speaker: ClassVar[bool] = True

    def __init__(self, *, coefficients: int, sample_rate_hz: int, vocal_tract: bool = False) -> None:
        self.dims, self.vocal_tract = coefficients, vocal_tract
        self.width = max(coefficients, FINE) if vocal_tract else coefficients
        self.alpha = warping_of(sample_rate_hz)

    def of(self, analysis: WorldAnalysis) -> Features:
        return mel_cepstrum(analysis.envelope, order=self.width, alpha=self.alpha)[:, 1:]

    def scales(self, features: Mapping[str, Sequence[Features]]) -> dict[str, Scale]:
        joined = {speaker: np.concatenate(list(parts)).astype(np.float64) for speaker, parts in features.items()}
        warpings = warpings_of(joined, dims=self.dims) if self.vocal_tract else dict.fromkeys(joined, 0.0)
        found: dict[str, Scale] = {}
        for speaker, wide in joined.items():
            cepstra = self._warped(wide, warpings[speaker])
            deviation = np.maximum(cepstra.std(axis=0, keepdims=True), TINY)
            found[speaker] = Scale(cepstra.mean(axis=0, keepdims=True), deviation, warpings[speaker])
        return found

    def normalised(self, features: Features, scale: Scale) -> Spectrum:
        return (self._warped(features, scale.warping) - scale.mean) / scale.deviation

    def shape(self, normalised: Spectrum, scale: Scale, analysis: WorldAnalysis) -> Envelope:
        alpha = combined(self.alpha, scale.warping)
        # c0 is the level, which `envelope` takes from the analysis
        cepstra = np.pad(normalised * scale.deviation + scale.mean, ((0, 0), (1, 0)))
        return envelope_of(cepstra, alpha=alpha, fft_size=analysis.fft_size)

    def _warped(self, features: Features, warping: float) -> Spectrum:
        return rewarped(features, warping, dims=self.dims) if warping else features[:, : self.dims]


class LogSpectra(Spectra):
    """log10 of the envelope over its sum, every bin. Scaled alike for all speakers: the quantiles 0.5 % and 99.5 % become -1 and 1, and
    what is beyond is clipped.

    Source: Hsu et al. 2017, VAW-GAN, and its authors' code.
    """

    kind: ClassVar[Kind] = "log-spectra"
    per_speaker: ClassVar[bool] = False
    QUANTILES = (0.005, 0.995)

    def __init__(self, *, sample_rate_hz: int) -> None:
        self.dims = self.width = fft_size_of(sample_rate_hz) // 2 + 1

    def of(self, analysis: WorldAnalysis) -> Features:
        return np.log10(np.maximum(analysis.envelope, TINY) / np.maximum(analysis.energy, TINY)[:, None])

    def scales(self, features: Mapping[str, Sequence[Features]]) -> dict[str, Scale]:
        joined = np.concatenate([part for parts in features.values() for part in parts])
        low, high = np.quantile(joined, self.QUANTILES, axis=0, keepdims=True).astype(np.float64)
        return dict.fromkeys(features, Scale((low + high) / 2, np.maximum((high - low) / 2, TINY)))

    def normalised(self, features: Features, scale: Scale) -> Spectrum:
        return ((features - scale.mean) / scale.deviation).clip(-1, 1)

    def shape(self, normalised: Spectrum, scale: Scale, analysis: WorldAnalysis) -> Envelope:
        return 10.0 ** (normalised * scale.deviation + scale.mean)


def spectra_of(data: Mapping[str, Any]) -> Spectra:
    """The features that a run's data were configured with: `features`, `coefficients`, `vocal_tract_normalisation`, `sample_rate_hz`."""
    kind: Kind = data["features"]
    if kind == "mel-cepstra":
        vocal_tract = bool(data.get("vocal_tract_normalisation", False))
        return MelCepstra(coefficients=data["coefficients"], sample_rate_hz=data["sample_rate_hz"], vocal_tract=vocal_tract)
    if kind == "log-spectra":
        return LogSpectra(sample_rate_hz=data["sample_rate_hz"])
    raise DataError(f"there are no features {kind!r}: choose mel-cepstra or log-spectra")
