"""Noises that are drawn by code."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.signal import welch

from sparring import DataError
from sparring_audio import TEST_NOISES, TRAINING_NOISES, Noise, babble, bundled_corpus, read

RATE = 16_000


def voices() -> list[torch.Tensor]:
    return [read(utterance.path)[0][0] for utterance in bundled_corpus().utterances("training")]


NOISES = {**TRAINING_NOISES, **TEST_NOISES, "babble": babble(voices()[:5], RATE)}


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
@pytest.mark.parametrize("samples", [1, 16_384, 16_411])
def test_a_noise_has_unit_level_and_is_the_same_for_the_same_seed(noise: Noise, samples: int) -> None:
    first, again, other = (noise(np.random.default_rng(seed), samples, RATE) for seed in (3, 3, 4))

    assert (first.shape, first.dtype) == ((samples,), torch.float32)
    assert float(first.square().mean()) == pytest.approx(1.0, abs=1e-4)
    assert torch.equal(first, again)
    assert samples == 1 or not torch.equal(first, other)


@pytest.mark.parametrize("noise", [noise for name, noise in NOISES.items() if name != "babble"])
@pytest.mark.parametrize("sample_rate_hz", [8_000, 48_000])
def test_a_noise_is_finite_at_other_rates(noise: Noise, sample_rate_hz: int) -> None:
    assert noise(np.random.default_rng(0), 10_000, sample_rate_hz).isfinite().all()


def test_the_tests_kinds_of_noise_are_unknown_to_training() -> None:
    assert not TRAINING_NOISES.keys() & TEST_NOISES.keys()
    assert not set(TRAINING_NOISES.values()) & set(TEST_NOISES.values())
    assert len(TRAINING_NOISES) >= 5
    assert len(TEST_NOISES) >= 5


def test_speech_shaped_noise_has_the_spectrum_of_the_bundled_voices() -> None:
    speech = torch.cat(voices()).numpy()
    noise = TRAINING_NOISES["speech-shaped"](np.random.default_rng(0), 30 * RATE, RATE).numpy()

    hz, spoken = welch(speech / speech.std(), RATE, nperseg=1024)
    _, drawn = welch(noise, RATE, nperseg=1024)

    for centre in (125, 250, 500, 1000, 2000, 4000):
        octave = (hz > centre / 2**0.5) & (hz < centre * 2**0.5)
        assert 10 * np.log10(drawn[octave].mean() / spoken[octave].mean()) == pytest.approx(0, abs=3)


def test_babble_asked_for_at_another_rate_is_refused() -> None:
    with pytest.raises(DataError, match=r"^Babble was made from voices at 16000 Hz, and 8000 Hz are asked for: resample the voices.$"):
        NOISES["babble"](np.random.default_rng(0), 100, 8_000)


def test_babble_without_voices_is_refused() -> None:
    with pytest.raises(DataError, match=r"^Babble needs recordings of voices, and those given are silent, or none.$"):
        babble([torch.zeros(100)], RATE)
