"""How loud speech is while somebody speaks (ITU-T P.56, method B), and noise mixed in at a given distance from it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.signal import lfilter
from torch import Tensor

from sparring import DataError
from sparring_audio.trajectory import STILL

TIME_CONSTANT_SECONDS = 0.03
HANGOVER_SECONDS = 0.2
MARGIN_DB = 15.9
THRESHOLDS = 2.0 ** np.arange(-15, 0)


class ActiveLevel(NamedTuple):
    """`level_db`: mean power over the active part, in dB relative to a square wave of amplitude one (dBov); minus infinity for silence.

    `activity`: the share of time that is active, 0 to 1.
    """

    level_db: float
    activity: float


def active_level(wave: Float[Tensor, " time"], sample_rate_hz: int) -> ActiveLevel:
    """The active speech level of a recording (ITU-T P.56, method B).

    The method's thresholds are powers of two below full scale. The wave is first brought near full scale by a power of two, which moves
    it along that grid by whole steps: the standard's result, for speech of any level.
    """
    samples = wave.detach().cpu().double().numpy()
    peak = float(np.abs(samples).max(initial=0.0))
    if peak == 0:
        return ActiveLevel(-math.inf, 0.0)
    shift = math.frexp(peak)[1]
    samples = np.ldexp(samples, -shift)
    energy = float(np.square(samples).sum())
    active = _active_samples(_envelope(samples, sample_rate_hz), round(HANGOVER_SECONDS * sample_rate_hz))
    reached = active > 0
    levels = 10 * np.log10(energy / active[reached])
    distances = levels - 20 * np.log10(THRESHOLDS[reached])
    # The level sought is MARGIN_DB above its own threshold; np.interp wants rising abscissae, and the distances fall.
    level = float(np.interp(MARGIN_DB, distances[::-1], levels[::-1]))
    return ActiveLevel(level + 20 * shift * math.log10(2), min(energy / 10 ** (level / 10) / len(samples), 1.0))


def mix(
    clean: Float[Tensor, " time"],
    noise: Float[Tensor, " noise_time"],
    snr_db: float,
    sample_rate_hz: int,
    *,
    clean_level_db: float | None = None,
) -> Float[Tensor, " time"]:
    """Clean speech with noise `snr_db` below its active level (the noise's level is its mean power, as in VoiceBank+DEMAND).

    Of a longer noise, the beginning is taken. `clean_level_db` is for a piece of a recording whose level is known as a whole, which
    a piece in a pause would not show. The sum is not limited: it may leave [-1, 1].

    Raises `DataError` if the noise is shorter than the speech, or if one of the two is silent.
    """
    if len(noise) < len(clean):
        raise DataError(f"The noise has {len(noise)} samples and the speech has {len(clean)}: repeat the noise, or cut the speech.")
    noise = noise[: len(clean)]
    level_db = active_level(clean, sample_rate_hz).level_db if clean_level_db is None else clean_level_db
    if level_db == -math.inf:
        raise DataError("The speech is silent, so that no noise has a level relative to it: give clean_level_db, or leave it out.")
    power = float(noise.double().square().mean())
    if power == 0:
        raise DataError("The noise is silent, so that it cannot be brought to a level: leave it out.")
    return clean + noise * math.sqrt(10 ** ((level_db - snr_db) / 10) / power)


def _envelope(samples: np.ndarray, sample_rate_hz: int) -> np.ndarray:
    """The rectified wave, smoothed twice."""
    keep = math.exp(-1 / (TIME_CONSTANT_SECONDS * sample_rate_hz))
    return np.asarray(lfilter([(1 - keep) ** 2], [1, -2 * keep, keep**2], np.abs(samples)))


def _active_samples(envelope: np.ndarray, hangover: int) -> np.ndarray:
    """For each threshold, how many samples are at or above it, or at most `hangover` samples after one that is."""
    counts = []
    for threshold in THRESHOLDS:
        above = np.flatnonzero(envelope >= threshold)
        steps = np.diff(above, append=len(envelope))
        counts.append(int(np.minimum(steps, hangover + 1).sum()))
    return np.array(counts)


def levelled(made: Float[np.ndarray, " _"], like: Float[np.ndarray, " _"]) -> Float[np.ndarray, " _"]:
    """A wave with the root mean square of another; silence stays silence, and nothing gets louder where that is silent."""
    return made * np.sqrt(np.mean(like**2) / max(np.mean(made**2), STILL))
