"""WORLD: what it hears in speech, what it makes of it again, and what it would crash on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
import torch

from sparring import DataError
from sparring_audio import WorldAnalysis, WorldSettings, analyse_world, bundled_corpus, fft_size_of, heard_frames, read, synthesise_world

RATE_HZ = 16_000


@lru_cache(maxsize=4)
def speech(voice: str = "slt", number: int = 0) -> np.ndarray:
    wave, _ = read(bundled_corpus().utterances("test", voice=voice)[number].path)
    return wave[0, :24_000].double().numpy()


@lru_cache(maxsize=1)
def spoken() -> WorldAnalysis:
    return analyse_world(speech(), RATE_HZ)


def equal(one: WorldAnalysis, other: WorldAnalysis) -> bool:
    fields = ("f0", "envelope", "aperiodicity")
    return all(np.array_equal(getattr(one, field), getattr(other, field)) for field in fields)


def test_an_analysis_of_a_sentence_has_the_pitch_and_the_pauses_of_its_voice() -> None:
    woman, man = spoken(), analyse_world(speech("rms"), RATE_HZ)

    assert woman.f0.shape == (301,)
    assert woman.envelope.shape == woman.aperiodicity.shape == (301, 513)
    assert woman.fft_size == fft_size_of(RATE_HZ) == 1024
    assert 0.5 < woman.voiced.mean() < 0.85
    assert 150 < np.median(woman.f0[woman.voiced]) < 230
    assert 80 < np.median(man.f0[man.voiced]) < 130
    assert woman.energy == pytest.approx(woman.envelope.sum(axis=1))


def test_the_same_wave_gives_the_same_analysis_and_the_same_synthesis_bit_for_bit() -> None:
    again = analyse_world(torch.from_numpy(speech()), RATE_HZ)
    wave = synthesise_world(spoken())
    analyse_world(speech("rms"), RATE_HZ)

    assert equal(again, spoken())
    assert np.array_equal(synthesise_world(again), wave)


def test_a_synthesis_says_the_same_as_the_wave_and_has_its_length() -> None:
    wave = synthesise_world(spoken(), samples=24_000)
    heard = analyse_world(wave, RATE_HZ)

    level = 10 * np.log10(np.mean(wave**2) / np.mean(speech() ** 2))
    both = spoken().voiced & heard.voiced
    assert wave.shape == (24_000,)
    assert abs(level) < 2
    assert np.mean(spoken().voiced == heard.voiced) > 0.8
    assert np.median(np.abs(np.log(spoken().f0[both] / heard.f0[both]))) < 0.01


def test_a_synthesis_is_cut_or_padded_with_zeros() -> None:
    whole = synthesise_world(spoken())

    assert len(whole) == 301 * 80
    assert np.array_equal(synthesise_world(spoken(), samples=100), whole[:100])
    assert np.array_equal(synthesise_world(spoken(), samples=30_000), np.pad(whole, (0, 30_000 - len(whole))))


@pytest.mark.parametrize("method", ["dio", "harvest"])
@pytest.mark.parametrize("samples", [1, 2, 79, 80, 500])
def test_a_wave_of_any_length_has_an_analysis(samples: int, method: str) -> None:
    settings = WorldSettings(f0_method=method)  # pyright: ignore[reportArgumentType]

    analysis = analyse_world(speech()[5000 : 5000 + samples], RATE_HZ, settings=settings)

    assert len(analysis.f0) == 1 + samples // 80
    assert (analysis.envelope > 0).all()
    assert synthesise_world(analysis, samples=samples).shape == (samples,)


def test_silence_is_unvoiced_unheard_and_stays_silent() -> None:
    silence = analyse_world(np.zeros(8000), RATE_HZ)

    assert not silence.voiced.any()
    assert not heard_frames(silence).any()
    assert np.abs(synthesise_world(silence)).max() < 1e-6


def test_heard_are_the_frames_near_the_loudest() -> None:
    gated = np.concatenate([speech(), 1e-3 * speech()])

    heard = heard_frames(analyse_world(gated, RATE_HZ))

    assert heard[:290].mean() > 0.6
    assert not heard[310:].any()
    assert heard_frames(analyse_world(gated, RATE_HZ), silence_db=100)[310:].mean() > 0.6


def test_a_wave_that_world_cannot_analyse_is_named() -> None:
    wave = speech()

    with pytest.raises(DataError) as rate:
        analyse_world(wave, 8000)
    with pytest.raises(DataError) as empty:
        analyse_world(wave[:0], RATE_HZ)
    with pytest.raises(DataError) as shape:
        analyse_world(torch.zeros(1, 800), RATE_HZ)
    with pytest.raises(DataError) as finite:
        analyse_world(np.where(np.arange(len(wave)) == 7, np.nan, wave), RATE_HZ)
    with pytest.raises(DataError) as loud:
        analyse_world(1e200 * wave, RATE_HZ)

    ways_out = "pass one channel of one utterance, shape (time,), of a sample or more"
    assert str(rate.value) == "WORLD needs at least 16000 Hz and the wave has 8000 Hz: resample it first"
    assert str(empty.value) == f"the wave has shape (0,): {ways_out}"
    assert str(shape.value) == f"the wave has shape (1, 800): {ways_out}"
    assert str(finite.value) == "the wave has samples that are not finite: look for the network or the file that they come from"
    assert str(loud.value).endswith("scale it to full scale 1")


# each of these crashes WORLD, makes it read beyond an array, or comes out as noise
UNSPEAKABLE: dict[str, tuple[Callable[[WorldAnalysis], WorldAnalysis], str]] = {
    "no frames": (
        lambda a: replace(a, f0=a.f0[:0], envelope=a.envelope[:0], aperiodicity=a.aperiodicity[:0]),
        "give each the same frames, one or more",
    ),
    "500 bins": (lambda a: replace(a, envelope=a.envelope[:, :500], aperiodicity=a.aperiodicity[:, :500]), "a power of two"),
    "2 bins": (lambda a: replace(a, envelope=a.envelope[:, :2], aperiodicity=a.aperiodicity[:, :2]), "a power of two"),
    "negative pitch": (lambda a: replace(a, f0=-a.f0), "give Hz, 0 where unvoiced"),
    "pitch that is no number": (lambda a: replace(a, f0=a.f0 * np.nan), "give Hz, 0 where unvoiced"),
    "log envelope": (lambda a: replace(a, envelope=np.log(a.envelope)), "not its logarithm"),
    "infinite envelope": (lambda a: replace(a, envelope=a.envelope * np.inf), "not its logarithm"),
    "aperiodicity": (lambda a: replace(a, aperiodicity=a.aperiodicity * 2), "give the share of noise in each"),
}


@pytest.mark.parametrize("what", UNSPEAKABLE)
def test_an_analysis_that_world_cannot_speak_is_refused(what: str) -> None:
    change, way_out = UNSPEAKABLE[what]
    with pytest.raises(DataError, match=way_out):
        synthesise_world(change(spoken()))


def test_settings_that_world_cannot_work_with_are_refused() -> None:
    with pytest.raises(ValueError, match="pitch from 500 to 71 Hz is no range of voices: stay within 20 to 2000 Hz"):
        WorldSettings(f0_floor_hz=500, f0_ceiling_hz=71)
    with pytest.raises(ValueError, match=r"frames every 5 seconds are not what WORLD is for: choose 0.001 to 0.05 seconds"):
        WorldSettings(frame_seconds=5)


@pytest.mark.parametrize("floor_hz", [20, 71, 1900])
def test_every_range_of_pitch_has_an_analysis(floor_hz: float) -> None:
    settings = WorldSettings(f0_floor_hz=floor_hz, f0_ceiling_hz=2000)

    analysis = analyse_world(speech()[:8000], RATE_HZ, settings=settings)

    assert analysis.fft_size == fft_size_of(RATE_HZ, settings=settings) == (4096 if floor_hz == 20 else 1024)
    assert np.isfinite(synthesise_world(analysis)).all()


def test_the_key_of_settings_tells_every_setting_apart() -> None:
    keys = {
        settings.key()
        for settings in (
            WorldSettings(),
            WorldSettings(f0_method="harvest"),
            WorldSettings(f0_floor_hz=60),
            WorldSettings(f0_ceiling_hz=600),
            WorldSettings(frame_seconds=0.01),
        )
    }

    assert len(keys) == 5
    assert WorldSettings().key() == WorldSettings().key()


def test_an_analysis_costs_no_torch() -> None:
    paths = f"import sys; sys.path[:0] = {sys.path!r}; "
    code = "import sparring_audio, numpy as np; a = sparring_audio.analyse_world(np.ones(99), 16000); sparring_audio.mel_cepstrum"

    subprocess.run([sys.executable, "-c", f"{paths}{code}; assert 'torch' not in sys.modules"], check=True)
