"""How lively mel-cepstra move over time: their global variance and their modulation spectrum. Smoothed speech has too little of both."""

from __future__ import annotations

import numpy as np
from einops import reduce
from jaxtyping import Float

SEGMENT_FRAMES = 64
CEILING_HZ = 50.0
STILL = 1e-20  # a power or a variance of rounding alone: what does not move has less


def global_variance(cepstra: Float[np.ndarray, "frames coefficients"]) -> Float[np.ndarray, " coefficients"]:
    """The variance of each coefficient over the frames of an utterance (one frame or more), divided by their number.

    Source: Toda, Black, Tokuda 2007, Voice conversion based on maximum-likelihood estimation of spectral parameter trajectory, III.
    """
    return cepstra.var(axis=0)


def gv_distance(cepstra: Float[np.ndarray, "frames coefficients"], reference: Float[np.ndarray, "other_frames coefficients"]) -> float:
    """The root mean square over coefficients of the difference of log10 global variance; 0.3 is twice or half the variance.

    The utterances need not be aligned. NaN where a coefficient of either does not move.
    """
    if not (len(cepstra) and len(reference)):
        return float("nan")
    variances = global_variance(cepstra), global_variance(reference)
    if min(map(np.min, variances)) <= STILL:
        return float("nan")
    return float(np.sqrt(np.mean(np.log10(variances[0] / variances[1]) ** 2)))


def modulation_spectrum(cepstra: Float[np.ndarray, "frames coefficients"]) -> Float[np.ndarray, "modulations coefficients"]:
    """The power of each coefficient's movement by modulation frequency k / (64 frames), k = 0 to 32.

    One-dimensional, over time: segments of 64 frames (320 ms of 5 ms), every 32, without their mean, through a Hann window; |FFT|² of 64
    points over the window's energy, averaged over segments. White movement of variance v has power v in every bin but the lowest two.
    Frames after the last whole segment are not used; less than 64 frames have no segment, and NaN everywhere.

    Source: Takamichi, Toda, Neubig, Sakti, Nakamura 2014, A postfilter to modify the modulation spectrum in HMM-based speech synthesis;
    Welch 1967 for the mean over segments, without which the spectrum of one sentence is mostly chance.
    """
    if len(cepstra) < SEGMENT_FRAMES:
        return np.full((SEGMENT_FRAMES // 2 + 1, cepstra.shape[1]), np.nan)
    segments = np.lib.stride_tricks.sliding_window_view(cepstra, SEGMENT_FRAMES, axis=0)[:: SEGMENT_FRAMES // 2]
    window = np.hanning(SEGMENT_FRAMES + 1)[:-1]
    movement = (segments - segments.mean(axis=-1, keepdims=True)) * window
    power = np.abs(np.fft.rfft(movement, axis=-1)) ** 2 / np.sum(window**2)
    return reduce(power, "segments coefficients modulations -> modulations coefficients", "mean")


def ms_distance(
    cepstra: Float[np.ndarray, "frames coefficients"],
    reference: Float[np.ndarray, "other_frames coefficients"],
    *,
    frame_seconds: float = 0.005,
) -> float:
    """The root mean square difference in dB of two modulation spectra, over coefficients and modulations up to 50 Hz, without 0 Hz.

    The utterances need not be aligned. NaN where either is shorter than 64 frames, or a coefficient of either does not move.
    """
    highest = int(CEILING_HZ * frame_seconds * SEGMENT_FRAMES + 1e-9)
    spectra = [modulation_spectrum(utterance)[1 : highest + 1] for utterance in (cepstra, reference)]
    if not all((spectrum > STILL).all() for spectrum in spectra):
        return float("nan")
    return float(np.sqrt(np.mean((10 * np.log10(spectra[0] / spectra[1])) ** 2)))
