"""How far two short-time spectra lie apart: the log-likelihood ratio (LLR) and the weighted spectral slope (WSS).

Both follow Loizou's programs (Speech Enhancement: Theory and Practice, 2nd ed., 2013, ch. 11) to the letter, their quirks included: the
composite measures were fitted to them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sparring_audio.pair import pair, windowed_frames

KEPT = 0.95
LLR_CEILING = 2.0
# critical bands of Klatt's measure: centre and width in Hz
BANDS_HZ = np.array(
    [
        *((50, 70), (120, 70), (190, 70), (260, 70), (330, 70), (400, 70), (470, 70), (540, 77.3724), (617.372, 86.0056)),
        *((703.378, 95.3398), (798.717, 105.411), (904.128, 116.256), (1020.38, 127.914), (1148.30, 140.423), (1288.72, 153.823)),
        *((1442.54, 168.154), (1610.70, 183.457), (1794.16, 199.776), (1993.93, 217.153), (2211.08, 235.631), (2446.71, 255.255)),
        *((2701.97, 276.072), (2978.04, 298.126), (3276.17, 321.465), (3597.63, 346.136)),
    ]
)


def llr(estimate: Any, reference: Any, sample_rate_hz: int, *, ceiling: float | None = LLR_CEILING) -> float:
    """Log-likelihood ratio of linear predictors, 0 for equal spectral envelopes; lower is better.

    Both waves are one-dimensional, full scale 1. Linear prediction by the autocorrelation method has order 16 (10 below 10 kHz); the mean
    is over the lowest 95 % of the frames. `ceiling` clamps every frame; the composite measures use None. Frames in which the reference
    is digital silence have no predictor and are left out; NaN where no frame is left.

    Source: Quackenbush, Barnwell, Clements 1988; Hu and Loizou 2008, eq. 4.
    """
    frames, clean_frames = (windowed_frames(wave, sample_rate_hz) for wave in pair(estimate, reference))
    heard = clean_frames.any(axis=1)
    order = 16 if sample_rate_hz >= 10_000 else 10
    correlation = _autocorrelation(clean_frames[heard], order)
    lags = np.abs(np.subtract.outer(np.arange(order + 1), np.arange(order + 1)))

    def residual(predictor: np.ndarray) -> np.ndarray:
        return np.einsum("fi,fij,fj->f", predictor, correlation[:, lags], predictor)

    ratio = residual(_predictor(_autocorrelation(frames[heard], order))) / residual(_predictor(correlation))
    # rounding alone makes a residual negative: count such a frame as very different, as the original does
    distance = np.log(np.where(ratio > 0, ratio, 1000))
    return _mean_of_lowest(distance if ceiling is None else np.minimum(distance, ceiling))


def wss(estimate: Any, reference: Any, sample_rate_hz: int) -> float:
    """Weighted spectral slope distance over 25 critical bands, 0 for equal spectra; lower is better.

    Both waves are one-dimensional, full scale 1 (the band energies have a floor of -100 dB). The mean is over the lowest 95 % of the
    frames; NaN where there is no frame.

    Source: Klatt 1982; Hu and Loizou 2008.
    """
    bands, clean_bands = (_band_energies_db(wave, sample_rate_hz) for wave in pair(estimate, reference))
    weights = (_slope_weights(bands) + _slope_weights(clean_bands)) / 2
    difference = np.diff(clean_bands) - np.diff(bands)
    return _mean_of_lowest((weights * difference**2).sum(axis=1) / weights.sum(axis=1))


def _mean_of_lowest(distances: np.ndarray) -> float:
    count = int(np.floor(KEPT * len(distances) + 0.5))
    return float(np.sort(distances)[:count].mean()) if count else float("nan")


def _autocorrelation(frames: np.ndarray, order: int) -> np.ndarray:
    length = frames.shape[1]
    return np.stack([np.einsum("ft,ft->f", frames[:, : length - lag], frames[:, lag:]) for lag in range(order + 1)], axis=1)


def _predictor(correlation: np.ndarray) -> np.ndarray:
    """Prediction error filters (frame, 1 + order) by the Levinson-Durbin recursion; silence gets the filter that does nothing."""
    frames, order = correlation.shape[0], correlation.shape[1] - 1
    filters = np.zeros((frames, order + 1))
    filters[:, 0] = 1
    error = correlation[:, 0].copy()
    for step in range(1, order + 1):
        unexplained = np.einsum("fi,fi->f", filters[:, :step], correlation[:, step:0:-1])
        reflection = -np.divide(unexplained, error, out=np.zeros(frames), where=error != 0)
        filters[:, 1 : step + 1] += reflection[:, None] * filters[:, step - 1 :: -1][:, :step]
        error *= 1 - reflection**2
    return filters


def _band_energies_db(wave: np.ndarray, sample_rate_hz: int) -> np.ndarray:
    frames = windowed_frames(wave, sample_rate_hz)
    half = 2 ** int(np.ceil(np.log2(2 * frames.shape[1]))) // 2
    power = np.abs(np.fft.rfft(frames, 2 * half)[:, :half]) ** 2
    centres, widths = (BANDS_HZ * half / (sample_rate_hz / 2)).T[..., None]
    filters = widths[0] / widths * np.exp(-11 * ((np.arange(half) - np.floor(centres)) / widths) ** 2)
    filters[filters <= np.exp(-30 / (2 * 2.303))] = 0  # -30 dB
    return 10 * np.log10(np.maximum(power @ filters.T, 1e-10))


def _slope_weights(bands: np.ndarray) -> np.ndarray:
    """Klatt's weights (frame, slope): large near the loudest band of the frame and near a local peak."""
    rising = np.diff(bands) > 0
    slopes = rising.shape[1]
    peak = bands[:, :-1].copy()
    # a rising slope looks right and a falling one left; the original takes the band before the last rising slope ends, not the top itself
    for slope in reversed(range(slopes - 1)):
        onward = rising[:, slope] & rising[:, slope + 1]
        peak[onward, slope] = peak[onward, slope + 1]
    for slope in range(1, slopes):
        onward = ~rising[:, slope] & ~rising[:, slope - 1]
        peak[onward, slope] = peak[onward, slope - 1]
    loudest = bands.max(axis=1, keepdims=True)
    return 20 / (20 + loudest - bands[:, :-1]) / (1 + peak - bands[:, :-1])
