"""Mel-cepstra, against the recursions that they are defined by."""

from __future__ import annotations

import numpy as np
import pytest

from sparring import DataError
from sparring_audio import analyse_world, bundled_corpus, envelope_of, mel_cepstrum, read, warping_of

ALPHA = 0.41


def freqt_by_recursion(cepstrum: np.ndarray, order: int, alpha: float) -> np.ndarray:
    """SPTK's freqt, one coefficient at a time."""
    new = np.zeros(order + 1)
    for c in cepstrum[::-1]:
        old = new.copy()
        new[0] = c + alpha * old[0]
        if order:
            new[1] = (1 - alpha * alpha) * old[0] + alpha * old[1]
        for j in range(2, order + 1):
            new[j] = old[j - 1] + alpha * (old[j] - new[j - 1])
    return new


def sp2mc(power: np.ndarray, order: int, alpha: float) -> np.ndarray:
    """SPTK's way from a power spectrum to its mel-cepstrum, for one frame."""
    cepstrum = np.fft.irfft(np.log(power))
    cepstrum[0] /= 2
    return freqt_by_recursion(cepstrum, order, alpha)


def mc2sp(mel_cepstrum: np.ndarray, alpha: float, fft_size: int) -> np.ndarray:
    """SPTK's way back."""
    cepstrum = freqt_by_recursion(mel_cepstrum, fft_size // 2, -alpha)
    cepstrum[0] *= 2
    symmetric = np.zeros(fft_size)
    symmetric[: fft_size // 2 + 1] = cepstrum
    symmetric[-(fft_size // 2) + 1 :] = cepstrum[1:-1][::-1]
    return np.exp(np.fft.rfft(symmetric).real)


def spoken() -> np.ndarray:
    wave, rate_hz = read(bundled_corpus().utterances("test", voice="slt")[0].path, start=6000, frames=3000)
    return analyse_world(wave[0], rate_hz).envelope


@pytest.mark.parametrize(("order", "alpha"), [(0, 0.41), (1, 0.41), (24, 0.41), (59, 0.58), (24, 0.0)])
def test_mel_cepstra_are_those_of_sptk(order: int, alpha: float) -> None:
    envelope = spoken()[[0, 20, 37]]

    expected = np.array([sp2mc(frame, order, alpha) for frame in envelope])

    assert mel_cepstrum(envelope, order=order, alpha=alpha) == pytest.approx(expected, abs=1e-12)


def test_the_envelope_of_mel_cepstra_is_that_of_sptk() -> None:
    cepstra = mel_cepstrum(spoken()[[0, 20]], order=24, alpha=ALPHA)

    expected = np.array([mc2sp(frame, ALPHA, 1024) for frame in cepstra])

    assert np.log(envelope_of(cepstra, alpha=ALPHA, fft_size=1024)) == pytest.approx(np.log(expected), abs=1e-10)


@pytest.mark.parametrize("alpha", [0.0, 0.41, 0.544])
def test_smooth_envelopes_and_their_mel_cepstra_are_two_sides_of_one(alpha: float) -> None:
    cepstra = np.random.default_rng(0).standard_normal((7, 25)) / (1 + np.arange(25))

    envelope = envelope_of(cepstra, alpha=alpha, fft_size=1024)

    assert mel_cepstrum(envelope, order=24, alpha=alpha) == pytest.approx(cepstra, abs=1e-12)
    assert envelope_of(mel_cepstrum(envelope, order=24, alpha=alpha), alpha=alpha, fft_size=1024) == pytest.approx(envelope)


def test_unwarped_to_the_last_coefficient_nothing_is_lost() -> None:
    envelope = np.random.default_rng(0).uniform(0.1, 3, (2, 17))

    assert envelope_of(mel_cepstrum(envelope, order=16, alpha=0.0), alpha=0.0, fft_size=32) == pytest.approx(envelope)


def test_level_is_in_c0_alone() -> None:
    envelope = spoken()

    difference = mel_cepstrum(np.e**2 * envelope, order=24, alpha=ALPHA) - mel_cepstrum(envelope, order=24, alpha=ALPHA)

    assert difference[:, 0] == pytest.approx(1)
    assert difference[:, 1:] == pytest.approx(0, abs=1e-12)


def test_warpings_are_those_of_the_field() -> None:
    assert {rate_hz: warping_of(rate_hz) for rate_hz in (16_000, 22_050, 44_100, 48_000)} == {
        16_000: 0.41,
        22_050: 0.455,
        44_100: 0.544,
        48_000: 0.554,
    }


@pytest.mark.parametrize("power", [0.0, -1.0, np.nan, np.inf])
def test_powers_without_a_logarithm_are_refused(power: float) -> None:
    envelope = np.ones((3, 9))
    envelope[1, 4] = power

    with pytest.raises(DataError) as refusal:
        mel_cepstrum(envelope, order=4, alpha=ALPHA)

    complaint = "the envelope has powers that are not positive numbers"
    assert str(refusal.value) == f"{complaint}: give a power envelope, not its logarithm, without zeros"
