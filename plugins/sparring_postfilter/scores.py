"""The measures of a post-filter, on its features: how lively they move, and how far they lie from the natural ones.

They judge an answer that carries `features` (frames, dims) against a `PostFilterExample`, frame by frame: both sides have the same frames.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Bool, Float

from sparring import DataError, Example, Metric
from sparring_audio import STILL, global_variance, mel_cepstral_distortion, ms_distance
from sparring_postfilter.post_filter_example import PostFilterExample

HEARD = "those of the natural speech that are not silence (40 dB below its loudest), and the same ones of the output"
BETWEEN = "from the first to the last of the natural speech that is not silence, and the same ones of the output"

Features = Float[np.ndarray, "frames dims"]
Cepstra = Float[np.ndarray, "frames coefficients"]


class FeatureScore(Metric):
    """A number for filtered features beside the natural ones of the same frames."""

    higher_is_better: ClassVar[bool] = False
    frames: ClassVar[str] = HEARD

    def score(self, output: Any, example: Example) -> float:
        """What `between` says; NaN where nothing is heard in the natural speech.

        Raises `DataError` for examples of other data, and for an output that has no features or not the example's frames.
        """
        if not isinstance(example, PostFilterExample):
            raise DataError(f"example {example.name!r} has no natural features: this metric judges post-filters on `synthetic-and-natural`")
        features = getattr(output, "features", None)
        if features is None or features.shape != example.natural.shape:
            shape = "nothing" if features is None else f"features of shape {features.shape}"
            raise DataError(f"the answer to {example.name!r} is {shape}: a post-filter answers features of shape {example.natural.shape}")
        return self.between(features, example) if example.heard.any() else float("nan")

    @abstractmethod
    def between(self, features: Features, example: PostFilterExample) -> float:
        """The number; NaN where it is not defined."""

    @abstractmethod
    def measure(self) -> str:
        """The formula."""

    def protocol(self) -> Mapping[str, str]:
        """The formula and the frames that it is about."""
        return {"measure": self.measure(), "frames": self.frames}


class CepstralScore(FeatureScore):
    """A score of mel-cepstra c1 to cN, which the features are or are turned into."""

    spectra: ClassVar[str] = "mel-cepstra from c1: the features themselves, or of log-spectra c1 to c24 of their power"

    def protocol(self) -> Mapping[str, str]:
        """The formula, the frames that it is about, and what the coefficients are of."""
        return {**super().protocol(), "spectra": self.spectra}


class GlobalVarianceRatio(CepstralScore):
    """How much the mel-cepstra move over the sentence, of what natural ones do: 100 is natural, less is over-smoothed.

    More is not better beyond 100: `gv-error` is for choosing. NaN where a natural coefficient does not move.

    Source: GV of Toda, Black, Tokuda 2007, III.
    """

    unit: ClassVar[str] = "%"
    decimals: ClassVar[int] = 1
    higher_is_better: ClassVar[bool] = True

    def between(self, features: Features, example: PostFilterExample) -> float:
        return 100 * float(np.mean(_variance_ratios(features, example)))

    def measure(self) -> str:
        return "mean over coefficients of the output's global variance over the natural one"

    def remark(self) -> str:
        """Where the scale ends."""
        return "100 is natural speech; below it speech is over-smoothed, and above it exaggerated"


class GlobalVarianceError(CepstralScore):
    """How far the variance of a coefficient over the sentence is from the natural one, relative to it: 0 is natural, 100 a constant.

    NaN where a natural coefficient does not move.

    Source: GV of Toda, Black, Tokuda 2007, III.
    """

    unit: ClassVar[str] = "%"
    decimals: ClassVar[int] = 1

    def between(self, features: Features, example: PostFilterExample) -> float:
        return 100 * float(np.mean(np.abs(_variance_ratios(features, example) - 1)))

    def measure(self) -> str:
        return "mean over coefficients of |output's global variance / natural one - 1|"


class FeatureModulationDistance(CepstralScore):
    """How far the modulation spectra of the mel-cepstra lie from the natural ones; NaN under 64 frames of speech.

    Source: Takamichi, Toda, Neubig, Sakti, Nakamura 2014; see `sparring_audio.modulation_spectrum`.
    """

    unit: ClassVar[str] = "dB"
    frames: ClassVar[str] = BETWEEN

    def between(self, features: Features, example: PostFilterExample) -> float:
        found = np.flatnonzero(example.heard)
        speech = slice(found[0], found[-1] + 1)
        output, natural = example.cepstra(features)[speech], example.cepstra(example.natural)[speech]
        return ms_distance(output, natural, frame_seconds=example.frame_seconds)

    def measure(self) -> str:
        return "RMS over coefficients and modulations above 0 to 50 Hz of the difference of 10 log10 MS; segments of 64 frames"


class CepstralDistortion(CepstralScore):
    """How far the mel-cepstra lie from the natural ones of the same frames (MCD; Kubichek 1993)."""

    unit: ClassVar[str] = "dB"

    def between(self, features: Features, example: PostFilterExample) -> float:
        return mel_cepstral_distortion(*(example.cepstra(side)[example.heard] for side in (features, example.natural)))

    def measure(self) -> str:
        return "mean of (10 / ln 10) sqrt(2 sum (c - c')^2)"


class LogSpectralDistance(FeatureScore):
    """How far the power spectra that the features stand for lie from the natural ones: of mel-cepstra without c0, the level.

    Source: Gray and Markel 1976, Distance measures for speech processing.
    """

    unit: ClassVar[str] = "dB"

    def between(self, features: Features, example: PostFilterExample) -> float:
        output, natural = (example.decibels(side[example.heard]) for side in (features, example.natural))
        return float(np.sqrt(np.mean((output - natural) ** 2, axis=1)).mean())

    def measure(self) -> str:
        return "mean over frames of the RMS over bins of the difference in dB; of mel-cepstra, the spectrum of c1 to cN"


def _variance_ratios(features: Features, example: PostFilterExample) -> Float[np.ndarray, " coefficients"]:
    """Global variance of the output over the natural one, of frames that are heard; NaN where the natural one is none."""
    output, natural = (_heard_variance(example.cepstra(side), example.heard) for side in (features, example.natural))
    return np.divide(output, natural, out=np.full_like(natural, np.nan), where=natural > STILL)


def _heard_variance(cepstra: Cepstra, heard: Bool[np.ndarray, " frames"]) -> Float[np.ndarray, " coefficients"]:
    return global_variance(cepstra[heard])
