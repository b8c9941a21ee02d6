"""Filtering a recording frame by frame: exact where nothing changes, a filter where something does."""

from __future__ import annotations

import numpy as np
import pytest

from sparring import DataError
from sparring_audio import analyse_world, bundled_corpus, filtered, ratio, read

RATE, STEP, BINS = 16000, 0.005, 513


def gains_for(samples: int, gain: np.ndarray | float, *, step: float = STEP, rate: int = RATE) -> np.ndarray:
    """The same gain for every frame that WORLD finds in so many samples."""
    return np.ones((1 + int(samples / rate / step), BINS)) * gain


@pytest.mark.parametrize(("rate", "step"), [(16000, 0.005), (22050, 0.005), (16000, 0.0123)])
@pytest.mark.parametrize("samples", [1, 79, 80, 5001])
def test_gains_of_one_give_the_wave_back(samples: int, rate: int, step: float) -> None:
    wave = np.random.default_rng(0).uniform(-1, 1, samples)

    made = filtered(wave, gains_for(samples, 1.0, step=step, rate=rate), sample_rate_hz=rate, frame_seconds=step)

    assert made.shape == wave.shape
    assert np.abs(made - wave).max() < 1e-12


def test_one_gain_for_all_bins_is_a_factor() -> None:
    wave = np.random.default_rng(0).uniform(-1, 1, 4000)

    made = filtered(wave, gains_for(4000, 0.25), sample_rate_hz=RATE, frame_seconds=STEP)

    assert np.abs(made - wave / 4).max() < 1e-12


def test_a_gain_that_stays_is_a_filter_without_phase() -> None:
    bins = np.arange(BINS) / (BINS - 1)
    gain = 1 + 0.8 * np.cos(3 * np.pi * bins)
    wave = np.random.default_rng(0).uniform(-1, 1, 8000)

    made = filtered(wave, gains_for(8000, gain), sample_rate_hz=RATE, frame_seconds=STEP)

    # 1 + 0.8 cos(3 ω) has the impulse response 1, and 0.4 three samples before and after
    expected = wave[3:-3] + 0.4 * (wave[:-6] + wave[6:])
    assert np.abs(made[3:-3] - expected)[600:-600].max() < 2e-3


def test_gains_act_at_the_time_of_their_frame() -> None:
    gains = gains_for(16000, 1.0)
    gains[100:] = 0.5

    made = filtered(np.ones(16000), gains, sample_rate_hz=RATE, frame_seconds=STEP)

    assert np.abs(made[:7600] - 1).max() < 1e-9
    assert np.abs(made[8400:] - 0.5).max() < 1e-9
    assert made[7960] == pytest.approx(0.75, abs=0.02)


def test_a_filtered_voice_has_the_wanted_envelope_and_its_own_pitch() -> None:
    wave = read(bundled_corpus().utterances("test", voice="slt")[0].path, start=8000, frames=16000)[0][0].double().numpy()
    analysis = analyse_world(wave, RATE)
    tilt = np.exp(np.linspace(1, -1, BINS))

    made = filtered(wave, ratio(analysis.envelope * tilt, analysis.envelope), sample_rate_hz=RATE, frame_seconds=STEP)

    after = analyse_world(made, RATE)
    voiced = analysis.voiced & after.voiced
    found = np.log(after.envelope / analysis.envelope)[voiced].mean(axis=0)
    assert np.abs(found - np.log(tilt))[5:-5].max() < 0.3
    assert np.median(np.abs(after.f0 - analysis.f0)[voiced]) < 0.5


def test_frames_too_far_apart_are_refused() -> None:
    with pytest.raises(DataError, match=r"frames every 0.02 seconds are too far apart for a filter: take the vocoder, or 0.016 at most"):
        filtered(np.ones(1000), np.ones((4, BINS)), sample_rate_hz=RATE, frame_seconds=0.02)
