"""The frequency axes of speakers, brought together without parallel speech."""

from __future__ import annotations

import numpy as np
import pytest

from sparring_audio import WorldAnalysis, analyse_world, bundled_corpus, envelope_of, mel_cepstrum, read, warping_of
from sparring_conversion.spectra import MelCepstra
from sparring_conversion.vocal_tract import combined, rewarped, warpings_of

ALPHA = warping_of(16000)


def analysis_of(voice: str, number: str) -> WorldAnalysis:
    return analyse_world(read(bundled_corpus().folder / voice / f"{number}.flac")[0][0], 16000)


@pytest.fixture(scope="module")
def speech() -> WorldAnalysis:
    return analysis_of("slt", "001")


@pytest.mark.parametrize("warping", [-0.1, 0.06])
def test_warped_mel_cepstra_are_those_of_the_envelope_on_the_warped_axis(speech: WorldAnalysis, warping: float) -> None:
    fine = mel_cepstrum(speech.envelope, order=60, alpha=ALPHA)[:, 1:]

    warped = rewarped(fine, warping, dims=24)

    direct = mel_cepstrum(speech.envelope, order=24, alpha=combined(ALPHA, warping))[:, 1:]
    assert np.abs(warped - direct).mean() < 0.02 * np.abs(direct - fine[:, :24]).mean()


def test_a_speaker_with_a_shorter_vocal_tract_is_found_by_how_much_shorter_it_is(speech: WorldAnalysis) -> None:
    """The same speaker with an axis that was warped by 0.08: the two meet half-way, with the opposite sign."""
    cepstra = mel_cepstrum(speech.envelope, order=80, alpha=ALPHA)
    moved = mel_cepstrum(envelope_of(cepstra, alpha=combined(ALPHA, -0.08), fft_size=1024), order=60, alpha=ALPHA)

    found = warpings_of({"as it is": cepstra[:, 1:61], "moved": moved[:, 1:]}, dims=24)

    assert found["as it is"] == pytest.approx(-found["moved"])
    assert found["as it is"] - found["moved"] == pytest.approx(0.08, abs=0.015)


def test_the_bundled_woman_and_man_are_brought_together_by_different_sentences() -> None:
    spectra = MelCepstra(coefficients=24, sample_rate_hz=16000, vocal_tract=True)
    said = {"slt": [f"{n:03}" for n in range(1, 9)], "rms": [f"{n:03}" for n in range(15, 23)]}
    features = {voice: [spectra.of(analysis_of(voice, number)) for number in numbers] for voice, numbers in said.items()}

    scales = spectra.scales(features)

    assert scales["slt"].warping == pytest.approx(-scales["rms"].warping)
    assert scales["slt"].warping < -0.03


def test_spectra_come_back_from_a_warped_axis(speech: WorldAnalysis) -> None:
    spectra = MelCepstra(coefficients=40, sample_rate_hz=16000, vocal_tract=True)
    features = {"one": [spectra.of(speech)], "other": [spectra.of(analysis_of("rms", "015"))]}
    scale = spectra.scales(features)["one"]

    envelope = spectra.envelope(spectra.normalised(features["one"][0], scale), scale, speech)

    smooth = envelope_of(mel_cepstrum(speech.envelope, order=40, alpha=ALPHA), alpha=ALPHA, fft_size=1024)
    np.testing.assert_allclose(envelope.sum(axis=1), speech.energy)
    assert np.abs(np.log(envelope / smooth)).mean() < 0.25
