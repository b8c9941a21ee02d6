"""What a post-filter is judged on: an utterance of synthetic speech, and the natural speech that it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from sparring import Example
from sparring_postfilter.features import Analysed, Kind
from sparring_postfilter.matching import Matcher
from sparring_postfilter.pairs import Pair

Matrix = Float[np.ndarray, "frames dims"]
Wave = Float[Tensor, " time"]


@dataclass(frozen=True, kw_only=True)
class PostFilterExample(Example):
    """One utterance to be filtered. Everything is read when asked for: features of both sides (frames, dims), float64, not normalised,
    frame beside frame; waves float32 at `sample_rate_hz`, not aligned, None for feature files.
    """

    pair: Pair
    matcher: Matcher

    @property
    def natural(self) -> Matrix:
        return _matched(self.matcher, self.pair).natural.astype(np.float64)

    @property
    def synthetic(self) -> Matrix:
        return _matched(self.matcher, self.pair).synthetic.astype(np.float64)

    @property
    def heard(self) -> Bool[np.ndarray, " frames"]:
        """Which natural frames are less than 40 dB below the loudest one."""
        return _matched(self.matcher, self.pair).heard

    @property
    def analysed(self) -> Analysed | None:
        """The analysis of the synthetic side, by which other features of it are spoken; None for feature files."""
        return _analysed(self.matcher, self.pair)

    @property
    def natural_wave(self) -> Wave | None:
        wave = self.matcher.natural_wave(self.pair)
        return None if wave is None else torch.from_numpy(wave).float()

    @property
    def synthetic_wave(self) -> Wave | None:
        wave = _synthetic_wave(self.matcher, self.pair)
        return None if wave is None else torch.from_numpy(wave).float()

    @property
    def reference(self) -> Wave | None:
        """The natural wave, by the name under which measures of speech ask for it."""
        return self.natural_wave

    @property
    def kind(self) -> Kind:
        return self.matcher.features.kind

    @property
    def sample_rate_hz(self) -> int:
        return self.matcher.features.sample_rate_hz

    @property
    def frame_seconds(self) -> float:
        return self.matcher.features.frame_seconds

    def cepstra(self, features: Matrix) -> Float[np.ndarray, "frames coefficients"]:
        """The mel-cepstra c1 to c24 of such features, by which speech is compared."""
        return self.matcher.features.cepstra(features)

    def decibels(self, features: Matrix) -> Float[np.ndarray, "frames bins"]:
        """The power spectra of such features in dB; those of mel-cepstra are without c0, their level."""
        return self.matcher.features.decibels(features)


# Every metric and every system asks for the same examples in a row: 1 MB a second of log-spectra.
_matched = lru_cache(maxsize=32)(Matcher.matched)
_analysed = lru_cache(maxsize=2)(Matcher.analysed)
_synthetic_wave = lru_cache(maxsize=8)(Matcher.synthetic_wave)
