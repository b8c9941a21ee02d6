"""Mel-cepstra: a spectral envelope as a few numbers per frame, on a frequency scale close to hearing's."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from jaxtyping import Float

from sparring import DataError


def mel_cepstrum(envelope: Float[np.ndarray, "frames bins"], *, order: int, alpha: float) -> Float[np.ndarray, "frames coefficients"]:
    """The mel-cepstral coefficients c0 to c_order of each frame of a power envelope, whose bins go from 0 to half the rate.

    log sqrt(power) = Σ c_m cos(m β(ω)), with the warped frequency β of an all-pass of coefficient `alpha` (`warping_of` the rate). The
    numbers are those of SPTK's `sp2mc`; c0 is the mean of the log amplitude over the warped axis. Linear in the log of the envelope.

    Raises `DataError` if a power is not positive and finite.

    Source: Tokuda, Kobayashi, Masuko, Imai 1994, Mel-generalized cepstral analysis; Oppenheim and Johnson 1972 for the warping.
    """
    if not (envelope > 0).all() or not np.isfinite(envelope).all():
        raise DataError("the envelope has powers that are not positive numbers: give a power envelope, not its logarithm, without zeros")
    cepstra = np.fft.irfft(np.log(envelope), axis=1)[:, : envelope.shape[1]]
    # the two coefficients that the inverse transform does not split in two
    cepstra[:, [0, -1]] /= 2
    return cepstra @ warping_matrix(envelope.shape[1] - 1, order, alpha).T


def envelope_of(mel_cepstra: Float[np.ndarray, "frames coefficients"], *, alpha: float, fft_size: int) -> Float[np.ndarray, "frames bins"]:
    """The power envelope (fft_size // 2 + 1 bins) that mel-cepstra describe: exp(2 Σ c_m cos(m β(ω))).

    The numbers are those of SPTK's `mc2sp`. Of an envelope of more detail it is the smooth part.

    Source: as `mel_cepstrum`.
    """
    omega = np.linspace(0, np.pi, fft_size // 2 + 1)
    waves = np.cos(np.outer(np.arange(mel_cepstra.shape[1]), warped(omega, alpha)))
    return np.exp(2 * mel_cepstra @ waves)


@lru_cache(maxsize=64)
def warping_of(sample_rate_hz: int) -> float:
    """The all-pass coefficient whose warping is nearest to the mel scale, in steps of 0.001: 0.41 at 16 kHz, 0.455 at 22.05 kHz.

    Nearest in root mean square over 1000 frequencies from 0 to half the rate, both scales running from 0 to 1; the mel scale is
    Fant's, log2(1 + f / 1 kHz). The search is that of pysptk's `mcepalpha`.
    """
    fraction = np.arange(1000) / 1000
    mel = np.log2(1 + fraction * sample_rate_hz / 2000)
    candidates = np.arange(1000) / 1000

    def distance(alpha: float) -> float:
        beta = warped(np.pi * fraction, alpha)
        return float(np.sum((beta / beta[-1] - mel / mel[-1]) ** 2))

    return float(min(candidates, key=distance))


def warped(omega: Float[np.ndarray, " points"], alpha: float) -> Float[np.ndarray, " points"]:
    """The frequencies in radians, 0 to π, that a first-order all-pass turns `omega` into."""
    return omega + 2 * np.arctan2(alpha * np.sin(omega), 1 - alpha * np.cos(omega))


@lru_cache(maxsize=16)
def warping_matrix(order: int, warped_order: int, alpha: float) -> Float[np.ndarray, "warped_coefficients coefficients"]:
    """The matrix that turns a cepstrum c0 to c_order into the warped one (SPTK's `freqt`), read-only.

    Source: Oppenheim and Johnson 1972, Discrete representation of signals, the recursion of section IV.
    """
    matrix = np.zeros((warped_order + 1, order + 1))
    matrix[0, 0] = 1
    for n in range(order):
        column, following = matrix[:, n], matrix[:, n + 1]
        following[0] = alpha * column[0]
        for m in range(1, warped_order + 1):
            # multiplication by the all-pass (z^-1 - α) / (1 - α z^-1), of which the first power also brings its mean
            previous = (1 - alpha**2) * column[0] if m == 1 else column[m - 1] - alpha * following[m - 1]
            following[m] = previous + alpha * column[m]
    matrix.flags.writeable = False
    return matrix
