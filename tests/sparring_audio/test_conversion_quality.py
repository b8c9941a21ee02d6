"""The measures of voice conversion: their formulas, and what they hear in speech that was changed in known ways."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from sparring import DataError, Example, Metric
from sparring_audio import (
    analyse_world,
    bundled_corpus,
    comparison as comparison_module,
    log_f0_rmse,
    mel_cepstral_distortion,
    read,
    resample,
    synthesise_world,
    vuv_error,
)
from sparring_audio.comparison import Listening
from sparring_audio.conversion_quality import (
    GlobalVarianceDistance,
    LogF0Rmse,
    MelCepstralDistortion,
    ModulationSpectrumDistance,
    VuvError,
)

RATE_HZ = 16_000
SEMITONE = math.log(2) / 12
METRICS = (MelCepstralDistortion, LogF0Rmse, VuvError, GlobalVarianceDistance, ModulationSpectrumDistance)


@dataclass(frozen=True)
class Conversion(Example):
    reference: Tensor | None
    sample_rate_hz: int = RATE_HZ


@lru_cache(maxsize=4)
def speech(voice: str = "slt") -> Tensor:
    wave, _ = read(bundled_corpus().utterances("test", voice=voice)[0].path)
    return wave[0, 3000:24_000]


def scores(output: Any, reference: Tensor | None) -> dict[type[Metric], float]:
    return {metric: metric().score(output, Conversion("slt-to-rms/041", reference=reference)) for metric in METRICS}


@lru_cache(maxsize=1)
def spoken_by_world() -> Tensor:
    return torch.from_numpy(synthesise_world(analyse_world(speech(), RATE_HZ)))


@pytest.mark.parametrize("offset", [0.0, 0.1, -2.0])
def test_mcd_of_one_coefficient_that_is_off_is_its_size(offset: float) -> None:
    cepstra = np.random.default_rng(0).standard_normal((50, 24))
    shifted = cepstra + np.where(np.arange(24) == 7, offset, 0)

    assert mel_cepstral_distortion(shifted, cepstra) == pytest.approx(10 / math.log(10) * math.sqrt(2) * abs(offset))


def test_mcd_is_the_mean_over_frames_of_a_root_of_squares() -> None:
    cepstra = np.array([[3.0, 4.0], [0.0, 0.0], [0.0, 1.0]])

    assert mel_cepstral_distortion(cepstra, np.zeros((3, 2))) == pytest.approx(6.141851463713754 * (5 + 0 + 1) / 3)
    assert math.isnan(mel_cepstral_distortion(cepstra[:0], cepstra[:0]))


def test_log_f0_rmse_is_over_frames_that_both_have_voiced() -> None:
    f0 = np.array([0.0, 100.0, 200.0, 0.0, 100.0])
    reference = np.array([0.0, 100.0, 100.0, 90.0, 0.0])

    assert log_f0_rmse(f0, reference) == pytest.approx(math.log(2) / math.sqrt(2))
    assert vuv_error(f0, reference) == pytest.approx(40)


def test_contours_without_a_frame_in_common_have_no_pitch_error() -> None:
    f0 = np.array([0.0, 100.0])

    assert math.isnan(log_f0_rmse(f0, f0[::-1].copy()))
    assert vuv_error(f0, f0[::-1].copy()) == 100
    assert math.isnan(vuv_error(f0[:0], f0[:0]))


def test_a_wave_is_its_own_perfect_conversion_at_any_level_and_precision() -> None:
    assert scores(speech(), speech()) == dict.fromkeys(METRICS, 0)
    assert max(scores(0.5 * speech().double().numpy(), speech()).values()) < 0.02


def test_a_raised_pitch_is_the_error_of_pitch_alone() -> None:
    analysis = analyse_world(speech(), RATE_HZ)
    raised = synthesise_world(replace(analysis, f0=analysis.f0 * math.exp(3 * SEMITONE)))

    plain, shifted = scores(spoken_by_world(), speech()), scores(raised, speech())

    assert plain[LogF0Rmse] < 0.5 * SEMITONE
    assert shifted[LogF0Rmse] == pytest.approx(3 * SEMITONE, rel=0.15)
    assert shifted[MelCepstralDistortion] < plain[MelCepstralDistortion] + 1


def test_speech_without_voice_is_an_error_of_voicing() -> None:
    analysis = analyse_world(speech(), RATE_HZ)
    whisper = synthesise_world(replace(analysis, f0=np.zeros_like(analysis.f0), aperiodicity=np.ones_like(analysis.aperiodicity)))

    plain, whispered = scores(spoken_by_world(), speech()), scores(whisper, speech())

    assert plain[VuvError] < 25
    assert whispered[VuvError] > 55


def test_a_slower_speaker_is_no_other_speaker() -> None:
    analysis = analyse_world(speech(), RATE_HZ)
    frames = np.arange(0, len(analysis.f0), 2 / 3).astype(int)
    slow = synthesise_world(
        replace(analysis, f0=analysis.f0[frames], envelope=analysis.envelope[frames], aperiodicity=analysis.aperiodicity[frames])
    )

    plain, slowed = scores(spoken_by_world(), speech()), scores(slow, speech())

    assert len(slow) == pytest.approx(1.5 * len(spoken_by_world()), rel=0.01)
    assert slowed[MelCepstralDistortion] < plain[MelCepstralDistortion] + 1
    assert slowed[LogF0Rmse] < SEMITONE
    assert slowed[ModulationSpectrumDistance] > plain[ModulationSpectrumDistance]


def test_pauses_do_not_count_but_in_modulations() -> None:
    pause = 1e-4 * torch.randn(8000, generator=torch.Generator().manual_seed(0))
    paused = torch.cat([pause, speech(), pause])

    found = scores(paused, speech())

    assert found[MelCepstralDistortion] < 1
    assert found[GlobalVarianceDistance] < 0.05
    assert found[ModulationSpectrumDistance] < 2


def test_another_voice_is_further_off_than_a_copy() -> None:
    copy, other = scores(spoken_by_world(), speech()), scores(speech("rms"), speech())

    assert other[MelCepstralDistortion] > 2 * copy[MelCepstralDistortion]
    assert other[LogF0Rmse] > 5 * copy[LogF0Rmse]
    assert other[GlobalVarianceDistance] > copy[GlobalVarianceDistance]
    assert 4 < other[MelCepstralDistortion] < 14


@pytest.mark.parametrize("samples", [1, 500])
def test_silence_has_no_score_and_a_snippet_no_modulations(samples: int) -> None:
    silence, snippet = torch.zeros(samples), speech()[9000 : 9000 + samples]

    assert all(map(math.isnan, scores(silence, speech()).values()))
    assert all(map(math.isnan, scores(speech(), silence).values()))
    assert math.isnan(scores(snippet, speech())[ModulationSpectrumDistance])


def test_without_a_reference_there_is_no_score() -> None:
    assert all(map(math.isnan, scores(speech(), None).values()))


@pytest.mark.parametrize("metric", METRICS)
def test_what_a_metric_cannot_judge_is_named(metric: type[Metric]) -> None:
    example = Conversion("slt-to-rms/041", reference=speech())

    with pytest.raises(DataError) as reference:
        metric().score(speech(), Example("cat"))
    with pytest.raises(DataError) as rate:
        metric(sample_rate_hz=22_050).score(speech(), example)  # pyright: ignore[reportCallIssue]
    with pytest.raises(DataError) as finite:
        metric().score(speech() * math.nan, example)

    assert str(reference.value) == "example 'cat' has no reference wave to compare with: this metric judges voice conversion"
    assert str(rate.value) == "example 'slt-to-rms/041' has 16000 Hz and the metric hears 22050 Hz: lower its sample_rate_hz"
    assert str(finite.value) == "the wave has samples that are not finite: look for the network or the file that they come from"


@pytest.mark.parametrize("metric", METRICS)
def test_a_protocol_tells_every_option_and_lower_is_better(metric: Any) -> None:
    protocols = [
        metric(**options).protocol()
        for options in ({}, {"sample_rate_hz": 22_050}, {"coefficients": 34}, {"silence_db": 30.0}, {"f0_method": "harvest"})
    ]

    assert len({tuple(protocol.items()) for protocol in protocols}) == len(protocols)
    assert not metric.higher_is_better
    assert protocols[0]["spectra"] == "mel-cepstra c1 to c24, warping 0.41"
    assert "pyworld" in protocols[0]["analysis"]


def test_measures_tell_themselves_apart_and_name_their_aligner() -> None:
    assert len({metric().protocol()["measure"] for metric in METRICS}) == len(METRICS)
    assert f"librosa {version('librosa')}" in MelCepstralDistortion().protocol()["frames"]


def test_options_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="an envelope is not compared by 0 coefficients: give one or more"):
        MelCepstralDistortion(coefficients=0)
    with pytest.raises(ValueError, match=r"silence does not begin -40\.0 dB below the loudest frame: give a positive number"):
        VuvError(silence_db=-40.0)


def test_a_wave_is_analysed_once_and_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison_module, "REMEMBERED", 2)
    listening = Listening(sample_rate_hz=RATE_HZ, coefficients=12, silence_db=40.0, f0_method="dio")
    waves = [speech()[start : start + 2000] for start in (0, 1000, 2000)]

    first = listening.hear(waves[0])

    assert listening.hear(waves[0].double().numpy()) is first
    assert replace(listening, coefficients=13).hear(waves[0]) is not first
    assert listening.hear(waves[0]) is first
    listening.hear(waves[1])
    listening.hear(waves[2])
    assert listening.hear(waves[0]) is not first


def test_waves_of_a_higher_rate_are_heard_at_the_metrics_rate() -> None:
    waves = speech("slt"), speech("rms")
    higher = [resample(wave, RATE_HZ, 22_050) for wave in waves]

    score = MelCepstralDistortion().score(higher[0], Conversion("slt-to-rms/041", reference=higher[1], sample_rate_hz=22_050))

    assert score == pytest.approx(MelCepstralDistortion().score(waves[0], Conversion("slt-to-rms/041", reference=waves[1])), abs=0.2)


@dataclass(frozen=True)
class Spoken:
    wave: Tensor | None


def test_an_output_that_carries_a_wave_is_judged_by_it() -> None:
    assert scores(Spoken(spoken_by_world()), speech()) == scores(spoken_by_world(), speech())
    assert all(map(math.isnan, scores(Spoken(None), speech()).values()))
