"""Measures of speech against its reference, as plain functions of (estimate, reference), computed in float64.

Both waves are one-dimensional tensors or arrays of the same length with full scale 1; `DataError` says what does not fit. A measure that
is not defined for a pair (silence, too short) is NaN.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np

from sparring import DataError
from sparring_audio.pair import pair, windowed_frames
from sparring_audio.spectral_distance import llr, wss

__all__ = ["Composite", "composite", "composite_from", "llr", "pesq", "segmental_snr", "si_sdr", "stoi", "wss"]

PESQ_RATE_HZ = 16_000
STOI_LEAST_SECONDS = 0.39  # 30 frames of 25.6 ms every 12.8 ms, whatever is silent


class Composite(NamedTuple):
    """Predicted opinion scores, 1 to 5: signal distortion, background intrusiveness, overall quality."""

    csig: float
    cbak: float
    covl: float


def si_sdr(estimate: Any, reference: Any) -> float:
    """Scale-invariant signal-to-distortion ratio in dB; the mean of each wave is removed first.

    10 log10(|a x|² / |a x - y|²) with a = <y, x> / <x, x>. Bounded to ±156.5 dB by the rounding error of the estimate's energy, so that a
    perfect estimate has a finite score. NaN if either wave is constant.

    Source: Le Roux, Wisdom, Erdogan, Hershey 2019.
    """
    estimate, reference = pair(estimate, reference)
    if not (len(reference) and np.ptp(estimate) and np.ptp(reference)):
        return float("nan")
    estimate, reference = estimate - estimate.mean(), reference - reference.mean()
    target = (estimate @ reference) / (reference @ reference) * reference
    rounding = np.finfo(np.float64).eps * (estimate @ estimate)
    return float(10 * np.log10((target @ target + rounding) / (np.sum((target - estimate) ** 2) + rounding)))


def segmental_snr(estimate: Any, reference: Any, sample_rate_hz: int) -> float:
    """Segmental signal-to-noise ratio in dB: the mean over all frames of the frame's SNR, clamped to [-10, 35] dB.

    The variant of Hu and Loizou: Hann frames of 30 ms every 7.5 ms, no mean removal, no rescaling of the estimate, no voice activity test.
    A frame without reference energy counts -10 dB, even when it is reproduced perfectly. NaN where there is no frame.

    Source: Hansen and Pellom 1998; Hu and Loizou 2008.
    """
    frames, clean_frames = (windowed_frames(wave, sample_rate_hz) for wave in pair(estimate, reference))
    if not len(clean_frames):
        return float("nan")
    eps = np.finfo(np.float64).eps
    signal, noise = (clean_frames**2).sum(axis=1), ((clean_frames - frames) ** 2).sum(axis=1)
    return float(np.clip(10 * np.log10(signal / (noise + eps) + eps), -10, 35).mean())


def pesq(estimate: Any, reference: Any, sample_rate_hz: int) -> float:
    """Wide-band PESQ as MOS-LQO, about 1.04 to 4.64; NaN where no utterance is found, or in less than a quarter of a second.

    Needs the package `pesq` (P.862.2 at 16 kHz). Raises `DataError` at any other rate: resample first.
    """
    estimate, reference = pair(estimate, reference)
    _need_rate(sample_rate_hz, "PESQ")
    if not (estimate.any() and reference.any()):
        return float("nan")
    from pesq import (  # pyright: ignore[reportMissingImports]
        BufferTooShortError,
        NoUtterancesError,
        pesq as p862,
    )

    try:
        return float(p862(sample_rate_hz, reference, estimate, "wb"))
    except (BufferTooShortError, NoUtterancesError):
        return float("nan")


def stoi(estimate: Any, reference: Any, sample_rate_hz: int) -> float:
    """Short-time objective intelligibility, 0 to 1; NaN where fewer than 30 frames (0.4 s) of the reference are speech.

    Needs the package `pystoi`, which resamples to 10 kHz by itself.

    Source: Taal, Hendriks, Heusdens, Jensen 2011.
    """
    estimate, reference = pair(estimate, reference)
    if not (estimate.any() and reference.any()) or len(reference) < STOI_LEAST_SECONDS * sample_rate_hz:
        return float("nan")
    from pystoi import stoi as intelligibility

    with warnings.catch_warnings():
        # it answers 1e-5 with this warning, which would count as "not intelligible"
        warnings.filterwarnings("error", message="Not enough STFT frames", category=RuntimeWarning)
        try:
            return float(intelligibility(reference, estimate, sample_rate_hz, extended=False))
        except RuntimeWarning:
            return float("nan")


def composite(estimate: Any, reference: Any, sample_rate_hz: int) -> Composite:
    """The composite measures (CSIG, CBAK, COVL), each 1 to 5, from wide-band PESQ at 16 kHz as the enhancement literature does.

    Hu and Loizou fitted them with the raw narrow-band PESQ score: only compare numbers of the same variant. NaN where PESQ is.
    """
    return composite_from(
        pesq=pesq(estimate, reference, sample_rate_hz),
        llr=llr(estimate, reference, sample_rate_hz, ceiling=None),
        wss=wss(estimate, reference, sample_rate_hz),
        ssnr=segmental_snr(estimate, reference, sample_rate_hz),
    )


def composite_from(*, pesq: float, llr: float, wss: float, ssnr: float) -> Composite:
    """The regression behind the composite measures, clipped to 1 to 5. `llr` is the one without a ceiling.

    Source: Hu and Loizou 2008, table III.
    """
    csig = 3.093 - 1.029 * llr + 0.603 * pesq - 0.009 * wss
    cbak = 1.634 + 0.478 * pesq - 0.007 * wss + 0.063 * ssnr
    covl = 1.594 + 0.805 * pesq - 0.512 * llr - 0.007 * wss
    return Composite(*(float(np.clip(score, 1, 5)) for score in (csig, cbak, covl)))


def _need_rate(sample_rate_hz: int, measure: str) -> None:
    if sample_rate_hz != PESQ_RATE_HZ:
        raise DataError(f"{measure} is defined at {PESQ_RATE_HZ} Hz and the waves have {sample_rate_hz} Hz: resample both first")
