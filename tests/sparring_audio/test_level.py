"""Active speech level (ITU-T P.56) and mixing by it."""

from __future__ import annotations

import math

import pytest
import torch

from sparring import DataError
from sparring_audio import active_level, bundled_corpus, mix, read

RATE = 16_000


def sine(seconds: float, amplitude: float = 1.0) -> torch.Tensor:
    return amplitude * torch.sin(2 * math.pi * 440 * torch.arange(round(seconds * RATE)) / RATE)


@pytest.mark.parametrize("amplitude", [3.0, 1.0, 0.1, 1e-3, 1e-7])
def test_a_sine_has_the_level_of_its_mean_power_at_any_amplitude(amplitude: float) -> None:
    level = active_level(sine(5, amplitude), RATE)

    assert level.level_db == pytest.approx(20 * math.log10(amplitude) - 3.01, abs=0.05)
    assert level.activity == pytest.approx(1.0, abs=0.01)


def test_silence_around_speech_changes_the_activity_and_not_the_level() -> None:
    speech = read(bundled_corpus().utterances("training")[0].path)[0][0]
    pause = torch.zeros(len(speech))

    alone = active_level(speech, RATE)
    paused = active_level(torch.cat((pause, speech, pause, pause)), RATE)

    assert paused.level_db == pytest.approx(alone.level_db, abs=0.3)
    assert paused.activity == pytest.approx(alone.activity / 4, rel=0.08)


def test_half_a_second_of_tone_in_ten_of_silence_is_active_for_its_length_and_the_hangover() -> None:
    wave = torch.cat((torch.zeros(5 * RATE), sine(0.5, 0.5), torch.zeros(5 * RATE)))

    level = active_level(wave, RATE)

    assert 0.5 / 10.5 < level.activity < (0.5 + 0.2 + 0.2) / 10.5
    assert level.level_db == pytest.approx(10 * math.log10(0.125 * 0.5 / (level.activity * 10.5)), abs=1e-3)


def test_the_level_follows_the_standards_own_loop() -> None:
    speech, pause = read(bundled_corpus().utterances("training")[1].path)[0][0], torch.zeros(8_000)
    speech = torch.cat((pause, speech[:12_000], pause, speech[12_000:20_000], pause))
    keep, hangover = math.exp(-1 / (0.03 * RATE)), round(0.2 * RATE)
    p = q = energy = 0.0
    counts, waited = [0] * 15, [hangover] * 15
    for x in speech.tolist():
        energy += x * x
        p = keep * p + (1 - keep) * abs(x)
        q = keep * q + (1 - keep) * p
        for j in range(15):
            if q >= 2.0 ** (j - 15):
                counts[j], waited[j] = counts[j] + 1, 0
            elif waited[j] < hangover:
                counts[j], waited[j] = counts[j] + 1, waited[j] + 1
    levels = [10 * math.log10(energy / count) for count in counts if count]
    distances = [level - 20 * math.log10(2.0 ** (j - 15)) for j, level in enumerate(levels)]
    j = next(j for j, distance in enumerate(distances) if distance <= 15.9)
    share = (distances[j - 1] - 15.9) / (distances[j - 1] - distances[j])

    level = active_level(speech, RATE)

    assert level.level_db == pytest.approx(levels[j - 1] + share * (levels[j] - levels[j - 1]), abs=1e-4)


def test_silence_has_no_level_and_no_activity() -> None:
    assert active_level(torch.zeros(RATE), RATE) == (-math.inf, 0.0)


@pytest.mark.parametrize("snr_db", [-5.0, 0.0, 17.5])
def test_mixed_noise_lies_the_asked_distance_below_the_active_level(snr_db: float) -> None:
    clean = read(bundled_corpus().utterances("test")[0].path)[0][0]
    clean = torch.cat((clean, torch.zeros(3 * RATE)))
    noise = torch.randn(len(clean) + 100, generator=torch.Generator().manual_seed(1))

    added = mix(clean, noise, snr_db, RATE) - clean

    noise_db = 10 * math.log10(float(added.square().mean()))
    assert active_level(clean, RATE).level_db - noise_db == pytest.approx(snr_db, abs=1e-3)


def test_a_pause_is_mixed_by_the_level_of_its_recording() -> None:
    noise = torch.randn(RATE, generator=torch.Generator().manual_seed(1))

    noisy = mix(torch.zeros(RATE), noise, 10.0, RATE, clean_level_db=-26.0)

    assert 10 * math.log10(float(noisy.square().mean())) == pytest.approx(-36.0, abs=1e-3)


def test_noise_shorter_than_the_speech_is_refused() -> None:
    with pytest.raises(DataError, match=r"^The noise has 10 samples and the speech has 16000: repeat the noise, or cut the speech.$"):
        mix(sine(1), torch.ones(10), 0.0, RATE)


def test_silent_speech_or_noise_is_refused() -> None:
    with pytest.raises(DataError, match=r"^The speech is silent"):
        mix(torch.zeros(RATE), torch.ones(RATE), 0.0, RATE)
    with pytest.raises(DataError, match=r"^The noise is silent"):
        mix(sine(1), torch.zeros(RATE), 0.0, RATE)
