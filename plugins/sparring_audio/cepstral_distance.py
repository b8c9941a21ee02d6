"""How far two spectral envelopes lie apart, by their mel-cepstra."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

DECIBELS = 10 / np.log(10) * np.sqrt(2)


def mel_cepstral_distortion(
    cepstra: Float[np.ndarray, "frames coefficients"], reference: Float[np.ndarray, "frames coefficients"]
) -> float:
    """Mel-cepstral distortion (MCD) in dB: the mean over frames of (10 / ln 10) sqrt(2 Σ (c_d - c'_d)²); lower is better.

    Frames belong together one by one (`align` first); leave c0, the level, out. NaN without frames.

    Source: Kubichek 1993, Mel-cepstral distance measure for objective speech quality assessment.
    """
    if not len(cepstra):
        return float("nan")
    return float(DECIBELS * np.linalg.norm(cepstra - reference, axis=1).mean())
