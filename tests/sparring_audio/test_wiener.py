from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from sparring_audio import wiener_filter as module
from sparring_audio.metrics import si_sdr
from sparring_audio.wiener_filter import wiener

RATE_HZ = 16_000


def voice_after_a_pause() -> Tensor:
    """Two seconds of harmonic syllables; the first 0.2 s are silent."""
    time = np.arange(2 * RATE_HZ) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(130 + 30 * np.sin(2 * np.pi * 0.7 * time)) / RATE_HZ
    tone = sum(np.sin(k * phase) / (1 + ((130 * k - 700) / 300) ** 2) for k in range(1, 40))
    return torch.from_numpy(0.1 * tone * np.maximum(np.sin(2 * np.pi * 3 * (time - 0.2)), 0) * (time > 0.2))


def white_noise(like: Tensor, snr_db: float) -> Tensor:
    noise = torch.randn(like.shape, generator=torch.Generator().manual_seed(0), dtype=like.dtype)
    return noise * like.square().mean().sqrt() * 10 ** (-snr_db / 20)


@pytest.mark.parametrize("snr_db", [0, 5, 10, 15])
def test_it_raises_si_sdr_by_more_than_two_decibels_in_white_noise(snr_db: float) -> None:
    clean = voice_after_a_pause()
    noisy = clean + white_noise(clean, snr_db)

    enhanced = wiener(noisy, RATE_HZ)

    assert si_sdr(enhanced, clean) > si_sdr(noisy, clean) + 2


def test_it_turns_pure_noise_down_by_ten_decibels() -> None:
    noise = white_noise(voice_after_a_pause(), 0)

    enhanced = wiener(noise, RATE_HZ)

    assert enhanced.square().mean() < noise.square().mean() / 10


def test_the_noise_estimate_follows_slow_changes_of_level() -> None:
    noise = white_noise(voice_after_a_pause(), 0).repeat(2)
    swell = noise * torch.linspace(0, 6, len(noise)).mul(np.log(10) / 20).exp()

    enhanced = wiener(swell, RATE_HZ)[-RATE_HZ:]

    assert enhanced.square().mean() < swell[-RATE_HZ:].square().mean() / 8


def test_speech_in_the_first_120_ms_is_taken_for_noise() -> None:
    clean = voice_after_a_pause()
    noisy = clean + white_noise(clean, 10)
    at_once = slice(int(0.3 * RATE_HZ), None)

    assert si_sdr(wiener(noisy[at_once], RATE_HZ), clean[at_once]) < si_sdr(wiener(noisy, RATE_HZ)[at_once], clean[at_once]) - 3


def test_it_is_linear_in_level() -> None:
    clean = voice_after_a_pause()
    noisy = clean + white_noise(clean, 5)

    assert torch.equal(wiener(noisy / 1024, RATE_HZ), wiener(noisy, RATE_HZ) / 1024)


def test_it_reconstructs_the_wave_when_the_noise_is_silent() -> None:
    clean = voice_after_a_pause()

    torch.testing.assert_close(wiener(clean, RATE_HZ), clean, rtol=0, atol=1e-6)


@pytest.mark.parametrize("rate_hz", [8000, 16_000, 22_050])
@pytest.mark.parametrize("samples", [1, 2, 159, 160, 161, 441, 2345])
def test_a_gain_of_one_gives_the_wave_back_at_any_length(samples: int, rate_hz: int, monkeypatch: pytest.MonkeyPatch) -> None:
    wave = torch.randn(samples, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    monkeypatch.setattr(module, "_gains", lambda power, noise: np.ones_like(power))

    torch.testing.assert_close(wiener(wave, rate_hz), wave, rtol=0, atol=1e-12)


@pytest.mark.parametrize("samples", [0, 1, 100, 320, 321, 1920])
def test_short_and_silent_waves_keep_length_and_type(samples: int) -> None:
    wave = torch.randn(samples, generator=torch.Generator().manual_seed(2))

    enhanced, silence = wiener(wave, RATE_HZ), wiener(torch.zeros(samples), RATE_HZ)

    assert (enhanced.shape, enhanced.dtype) == (wave.shape, torch.float32)
    assert enhanced.isfinite().all()
    assert torch.equal(silence, torch.zeros(samples))


def test_the_first_frame_has_the_decision_directed_gain() -> None:
    power, noise = np.array([[1.0, 3.0, 0.5]]), np.ones(3)

    prior = 0.98 + 0.02 * np.array([0.0, 2.0, 0.0])

    np.testing.assert_allclose(module._gains(power, noise), np.sqrt(prior / (1 + prior))[None])
