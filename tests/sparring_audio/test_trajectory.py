"""Global variance and modulation spectra of known movements."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sparring_audio import global_variance, gv_distance, modulation_spectrum, ms_distance


def moving(frames: int = 400, coefficients: int = 24) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((frames, coefficients)) + 3


def test_global_variance_is_the_variance_over_time() -> None:
    cepstra = np.array([[0.0, 1.0], [2.0, 1.5], [4.0, 2.0]])

    assert global_variance(cepstra) == pytest.approx([8 / 3, 1 / 6])


@pytest.mark.parametrize("scale", [0.5, 1.0, 10.0])
def test_scaled_movement_lies_as_far_off_as_its_scale(scale: float) -> None:
    cepstra = moving()

    assert gv_distance(scale * cepstra, cepstra) == pytest.approx(abs(math.log10(scale**2)), abs=1e-12)
    assert ms_distance(scale * cepstra, cepstra) == pytest.approx(abs(20 * math.log10(scale)), abs=1e-9)


def test_distances_are_root_mean_squares_over_coefficients() -> None:
    cepstra = moving(coefficients=2)
    halved = cepstra * np.array([1.0, 0.1])

    assert gv_distance(halved, cepstra) == pytest.approx(math.sqrt((0**2 + 2**2) / 2))
    assert ms_distance(halved, cepstra) == pytest.approx(math.sqrt((0**2 + 20**2) / 2))


def test_where_a_movement_lies_does_not_matter() -> None:
    cepstra = moving()

    assert gv_distance(cepstra + 5, cepstra) == pytest.approx(0, abs=1e-9)
    assert ms_distance(cepstra + 5, cepstra) == pytest.approx(0, abs=1e-9)


def test_white_movement_has_its_variance_in_every_modulation() -> None:
    spectrum = modulation_spectrum(2 * moving(40_000, 3))

    assert spectrum.shape == (33, 3)
    assert spectrum[2:-1] == pytest.approx(4, rel=0.2)
    assert spectrum[2:-1].mean() == pytest.approx(4, rel=0.02)


def test_a_swing_of_so_many_hertz_is_in_its_modulation() -> None:
    seconds = np.arange(1000)[:, None] * 0.005

    spectrum = modulation_spectrum(np.cos(2 * np.pi * 25 * seconds))[:, 0]

    # a Hann window spreads a bin's swing over its neighbours with a quarter of the power each
    assert spectrum.argmax() == 25 * 0.005 * 64
    assert spectrum[[7, 9]] == pytest.approx(spectrum[8] / 4)
    assert spectrum[[0, 1, 20, 32]] == pytest.approx(0, abs=1e-12)


def test_modulations_beyond_50_hertz_do_not_count() -> None:
    cepstra = moving()
    flutter = np.cos(2 * np.pi * 75 * np.arange(400)[:, None] * 0.005)

    distance = ms_distance(cepstra + flutter, cepstra)

    assert distance < 0.2
    assert ms_distance(cepstra + flutter, cepstra, frame_seconds=0.01) > 2


def test_smoothing_shows_in_both() -> None:
    cepstra = moving(2000)

    smooth = np.stack([np.convolve(column, np.ones(15) / 15, mode="valid") for column in cepstra.T], axis=1)

    assert gv_distance(smooth, cepstra) == pytest.approx(math.log10(15), abs=0.1)
    assert ms_distance(smooth, cepstra) > 10


def test_too_little_speech_or_no_movement_has_no_distance() -> None:
    cepstra = moving()
    still = np.full_like(cepstra, 0.1)

    assert all(math.isnan(gv_distance(one, other)) for one, other in ((cepstra[:0], cepstra), (cepstra, cepstra[:1]), (still, cepstra)))
    assert all(math.isnan(ms_distance(one, other)) for one, other in ((cepstra[:63], cepstra), (cepstra, cepstra[:0]), (cepstra, still)))
    assert math.isfinite(ms_distance(cepstra[:64], cepstra))
