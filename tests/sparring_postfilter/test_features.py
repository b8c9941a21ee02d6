"""Features: analysed, spoken again, and normalised."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
import torch

from sparring import CheckpointError, DataError
from sparring_audio import bundled_corpus, global_variance
from sparring_postfilter.features import Features, Scale, features_of
from sparring_postfilter.log_spectra import FLOOR, LogSpectra
from sparring_postfilter.mel_cepstra import MelCepstra

RATE = 16_000
KINDS = [MelCepstra(), LogSpectra()]


@pytest.fixture(scope="module")
def wave() -> np.ndarray:
    return soundfile.read(bundled_corpus().folder / "slt" / "001.flac")[0][4000:12000]


@pytest.mark.parametrize("features", KINDS, ids=lambda one: one.kind)
def test_every_kind_has_the_same_frames(features: Features, wave: np.ndarray) -> None:
    analysed = features.analyse(wave)

    assert analysed.features.shape == (1 + len(wave) // 80, features.dims)
    assert analysed.columns.shape == (len(analysed.features), features.columns)
    assert analysed.features.dtype == analysed.columns.dtype == np.float64


@pytest.mark.parametrize("features", KINDS, ids=lambda one: one.kind)
def test_unchanged_features_leave_a_feature_file_unchanged_and_changed_ones_are_what_is_read_from_it(
    features: Features, wave: np.ndarray
) -> None:
    analysed = features.analyse(wave)
    wanted = analysed.features * 0.9

    changed = features.into_columns(wanted, analysed.columns)

    np.testing.assert_allclose(features.into_columns(analysed.features, analysed.columns), analysed.columns, rtol=1e-12)
    above = analysed.features > np.log(FLOOR)  # which no mel-cepstrum is below
    np.testing.assert_allclose(features.from_columns(changed)[above], wanted[above], atol=1e-9)
    untouched = -1 if features.kind == "log-spectra" else 0
    np.testing.assert_array_equal(changed[:, untouched], analysed.columns[:, untouched])


@pytest.mark.parametrize("samples", [1, 79, 80, 8000])
def test_log_spectra_give_the_wave_back_where_nothing_changes(samples: int, wave: np.ndarray) -> None:
    features = LogSpectra()
    analysed = features.analyse(wave[:samples])

    spoken = features.speak(analysed, analysed.features, samples=samples)

    np.testing.assert_allclose(spoken, wave[:samples], atol=1e-9)


def test_a_gain_in_every_bin_is_a_gain_of_the_wave_and_silence_stays_silence(wave: np.ndarray) -> None:
    features = LogSpectra()
    # the Nyquist bin passes: nothing is in it after a running mean
    low = np.convolve(wave, np.ones(2) / 2, mode="same") * (np.arange(len(wave)) < 4000)
    analysed = features.analyse(low)

    spoken = features.speak(analysed, analysed.features + np.log(2), samples=len(wave))

    np.testing.assert_allclose(spoken, 2 * low, atol=1e-3)
    assert not spoken[4600:].any()


def test_griffin_lim_finds_a_phase_for_the_magnitudes_the_same_one_every_time(wave: np.ndarray) -> None:
    features = LogSpectra()
    wave = wave[4000:6400]
    analysed = features.analyse(wave)

    one, again = (features.speak(analysed, analysed.features, samples=len(wave), phase="griffin-lim") for _ in range(2))

    np.testing.assert_array_equal(one, again)
    made, wanted = features.analyse(one).columns, analysed.columns
    assert np.linalg.norm(made - wanted) < 0.15 * np.linalg.norm(wanted)
    assert np.abs(one - wave).max() > 0.01


def test_world_speaks_the_features_that_it_is_given(wave: np.ndarray) -> None:
    features = MelCepstra()
    analysed = features.analyse(wave)
    flat = analysed.features.mean(axis=0) + 0.3 * (analysed.features - analysed.features.mean(axis=0))

    heard = [features.analyse(features.speak(analysed, given, samples=len(wave))) for given in (analysed.features, flat)]

    lively, calm = (global_variance(one.features[features.heard(one.columns)])[:6].mean() for one in heard)
    assert calm < 0.5 * lively


def test_frames_keep_their_energy_whatever_becomes_of_their_shape(wave: np.ndarray) -> None:
    kind = MelCepstra()
    analysed = kind.analyse(wave)
    columns = kind.into_columns(1.5 * analysed.features, analysed.columns)

    envelope = kind.changed(analysed, columns).world.envelope * kind.kept_energy(analysed.columns, columns)

    smooth = kind.changed(analysed, analysed.columns).world.envelope
    assert envelope.sum(axis=1) == pytest.approx(smooth.sum(axis=1), rel=0.01)


def test_mel_cepstra_have_no_phase_to_choose(wave: np.ndarray) -> None:
    features = MelCepstra()
    analysed = features.analyse(wave[:800])

    with pytest.raises(ValueError, match="WORLD makes its own phase, and mel-cepstra are not spoken with griffin-lim: leave `phase` out"):
        features.speak(analysed, analysed.features, samples=800, phase="griffin-lim")


@pytest.mark.parametrize("features", KINDS, ids=lambda one: one.kind)
def test_speech_is_heard_and_the_silence_around_it_is_not(features: Features, wave: np.ndarray) -> None:
    columns = features.analyse(np.pad(wave, (8000, 8000))).columns
    columns_of_silence = features.analyse(np.zeros(8000)).columns

    mask = features.heard(columns)

    assert not mask[:90].any()
    assert not mask[-90:].any()
    assert mask[105:195].mean() > 0.8
    assert not features.heard(columns_of_silence).any()


def test_both_kinds_are_compared_by_nearly_the_same_cepstra(wave: np.ndarray) -> None:
    of_world, of_transform = (features.cepstra(features.analyse(wave).features) for features in KINDS)

    assert of_world.shape == of_transform.shape == (101, 24)
    assert np.corrcoef(of_world[:, 0], of_transform[:, 0])[0, 1] > 0.9


def test_decibels_are_those_of_the_magnitudes_or_of_the_envelope_without_its_level(wave: np.ndarray) -> None:
    cepstra, spectra = (features.analyse(wave) for features in KINDS)

    np.testing.assert_allclose(KINDS[1].decibels(spectra.features), 20 * np.log10(spectra.columns[:, :-1].clip(FLOOR)), atol=1e-6)
    louder = MelCepstra().changed(cepstra, cepstra.columns + np.eye(25)[0])  # type: ignore[arg-type]
    np.testing.assert_array_equal(KINDS[0].decibels(louder.features), KINDS[0].decibels(cepstra.features))
    # c1 tips the spectrum by 2 * 20 log10(e) dB from one end to the other
    np.testing.assert_allclose(np.ptp(KINDS[0].decibels(np.eye(24)[:1])), 40 * np.log10(np.e))


def test_the_options_of_data_choose_the_features() -> None:
    options = {"coefficients": 12, "fft_size": 256, "sample_rate_hz": 24000, "frame_seconds": 0.005, "f0_floor_hz": 60.0, "root": None}

    assert features_of({**options, "features": "mel-cepstra"}) == MelCepstra(coefficients=12, sample_rate_hz=24000, f0_floor_hz=60.0)
    assert features_of({**options, "features": "log-spectra"}) == LogSpectra(fft_size=256, sample_rate_hz=24000)
    with pytest.raises(DataError, match="there are no features 'cepstra': choose mel-cepstra or log-spectra"):
        features_of({**options, "features": "cepstra"})


def test_frames_that_cannot_be_joined_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"frames every 0.00501 seconds are 80.16 samples apart at 16000 Hz: choose a whole number"):
        LogSpectra(frame_seconds=0.00501)
    with pytest.raises(ValueError, match=r"a transform of 128 samples every 80 cannot be inverted: choose an even data.fft_size of 160"):
        LogSpectra(fft_size=128)
    with pytest.raises(ValueError, match="pitch from 600 to 500"):
        MelCepstra(f0_floor_hz=600)


def test_a_wave_that_is_not_finite_is_refused() -> None:
    for features in KINDS:
        for wave in (np.zeros(0), np.full(100, np.nan)):
            with pytest.raises(DataError, match=r"not finite|of a sample or more"):
                features.analyse(wave)


def test_a_scale_makes_natural_features_normal_and_comes_back_from_a_checkpoint() -> None:
    draw = np.random.default_rng(0)
    natural = [3 + 2 * draw.standard_normal((frames, 4)) * [1, 1, 1, 0] for frames in (50, 150)]

    scale = Scale.read(Scale.of(natural).tensors())

    joined = scale.normalised(np.concatenate(natural))
    np.testing.assert_allclose(joined.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(joined.std(axis=0), [1, 1, 1, 0], atol=1e-9)
    np.testing.assert_allclose(scale.restored(joined), np.concatenate(natural), atol=1e-12)
    with pytest.raises(CheckpointError, match="statistics lack 'deviation': was it trained on the data `synthetic-and-natural`"):
        Scale.read({"mean": torch.zeros(4)})
