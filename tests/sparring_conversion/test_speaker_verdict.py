"""The speaker classifier: it knows voices by their sound, whatever their words, pitch and level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
import torch
from sklearn.mixture import GaussianMixture
from torch import Tensor

from sparring import DataError, Example, keep_tensors, read_tensors
from sparring_audio import analyse_world, bundled_corpus, read, synthesise_world, write
from sparring_conversion.speaker_mixture import SpeakerMixture, speech_cepstra
from sparring_conversion.speaker_verdict import SpeakerVerdict, spread
from sparring_conversion.voices_data import VoicesData

RATE_HZ = 16_000
VOICES = ("awb", "kal16", "rms", "slt")
NEW = "040"  # a sentence that is in none of the folders


@dataclass(frozen=True, kw_only=True)
class Wanted(Example):
    """An example that is to sound like somebody."""

    target_speaker: str
    sample_rate_hz: int = RATE_HZ


def some_voices(folder: Path, *, sentences: int = 9) -> VoicesData:
    """The first sentences of all bundled voices, of whom slt and rms play; two are held out for the test and two for validation."""
    for voice in VOICES:
        (folder / voice).mkdir(parents=True)
        for number in range(1, sentences + 1):
            copyfile(bundled_corpus().folder / voice / f"{number:03}.flac", folder / voice / f"{number:03}.flac")
    return VoicesData(root=folder, speakers=("slt", "rms"), held_out_share=0.2)


def spoken(voice: str, sentence: str) -> Tensor:
    wave, _ = read(bundled_corpus().folder / voice / f"{sentence}.flac")
    return wave[0]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARRING_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="module")
def data(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> VoicesData:
    return some_voices(tmp_path_factory.mktemp("voices") / "root")


@pytest.fixture(scope="module")
def verdict(data: VoicesData) -> SpeakerVerdict:
    metric = SpeakerVerdict()
    metric.prepare(data)
    return metric


def test_every_real_voice_is_known_by_sentences_that_training_did_not_hear(verdict: SpeakerVerdict) -> None:
    for voice in VOICES:
        scores = {name: verdict.score(spoken(voice, NEW), Wanted("one", target_speaker=name)) for name in VOICES}

        assert scores == {name: 100.0 if name == voice else 0.0 for name in VOICES}


def test_neither_pitch_nor_world_makes_another_speaker(verdict: SpeakerVerdict) -> None:
    source = analyse_world(spoken("slt", NEW), RATE_HZ)
    lowered = torch.from_numpy(synthesise_world(replace(source, f0=source.f0 * 0.55))).float()

    assert verdict.score(lowered, Wanted("one", target_speaker="slt")) == 100
    assert verdict.score(lowered, Wanted("one", target_speaker="rms")) == 0


def test_the_protocol_says_who_is_known_and_how_surely(verdict: SpeakerVerdict) -> None:
    protocol = verdict.protocol()

    assert protocol["speakers"] == "awb, kal16, rms, slt"
    assert protocol["accuracy"] == "100.0 % of 8 held-out recordings"
    assert protocol["learned from"] == "20 training recordings"
    assert verdict.remark() == "one of awb, kal16, rms, slt; for real speech right in 100.0 % of 8 held-out recordings"


def test_training_again_gives_the_same_parameters_and_once_is_enough(
    data: VoicesData, verdict: SpeakerVerdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path))
    np.random.seed(1)
    again, cached = SpeakerVerdict(), SpeakerVerdict()

    again.prepare(data)
    (file,) = tmp_path.rglob("speaker-classifiers/*")
    kept = read_tensors(file)
    assert kept is not None
    file.unlink()
    keep_tensors(file, kept.tensors, accuracy="what stands in the file")
    cached.prepare(data)

    assert again.protocol() == verdict.protocol()
    assert cached.protocol() == {**verdict.protocol(), "accuracy": "what stands in the file"}


def test_it_is_trained_anew_when_a_recording_changes_of_someone_who_does_not_play(cache: Path, tmp_path: Path) -> None:
    data = some_voices(tmp_path, sentences=4)
    before, after = SpeakerVerdict(), SpeakerVerdict()
    before.prepare(data)
    for sentence, path in data.corpus.train["awb"].items():
        copyfile(data.corpus.train["kal16"][sentence], path)

    after.prepare(data)

    assert after.protocol()["parameters"] != before.protocol()["parameters"]


def test_cepstra_do_not_change_with_the_level() -> None:
    wave = spoken("awb", "001")

    assert np.allclose(speech_cepstra(wave / 8, RATE_HZ), speech_cepstra(wave, RATE_HZ))


def test_how_loud_a_frame_is_is_not_heard() -> None:
    noise = torch.randn(RATE_HZ, generator=torch.Generator().manual_seed(0))

    cepstra = speech_cepstra(torch.cat((noise, noise / 8)), RATE_HZ)

    assert np.abs(cepstra[2:98] - cepstra[102:198]).max() < 1e-6


def test_pauses_are_not_heard() -> None:
    wave = spoken("awb", "001")
    hum = 1e-4 * torch.randn(RATE_HZ, generator=torch.Generator().manual_seed(0))

    assert abs(len(speech_cepstra(torch.cat((wave, hum)), RATE_HZ)) - len(speech_cepstra(wave, RATE_HZ))) <= 2


def test_silence_is_nobody(verdict: SpeakerVerdict) -> None:
    scores = [verdict.score(torch.zeros(samples), Wanted("one", target_speaker=voice)) for samples in (1, RATE_HZ) for voice in VOICES]

    assert scores == [0.0] * 8


def test_likelihoods_are_those_of_scikit_learn() -> None:
    draw = np.random.default_rng(0)
    known, new = draw.normal(size=(2, 400, 19)) * np.linspace(1, 5, 19)

    mixture = SpeakerMixture.fitted(known)

    theirs = GaussianMixture(16, covariance_type="diag", init_params="k-means++", reg_covar=1e-3, max_iter=200, random_state=0).fit(known)
    assert mixture.log_likelihood(new) == pytest.approx(theirs.score(new), abs=1e-9)


def test_of_many_recordings_some_are_chosen_from_beginning_to_end() -> None:
    many = {"slt": {str(number): Path(str(number)) for number in range(1000)}, "rms": {}}

    chosen = spread(many)

    assert list(chosen) == ["slt"]
    assert chosen["slt"] == [Path(str(number)) for number in range(0, 1000, 10)]


def test_a_wave_that_is_no_number_is_refused(verdict: SpeakerVerdict) -> None:
    with pytest.raises(DataError, match="holds NaN or infinity: the network that made it has diverged"):
        verdict.score(torch.full((8,), torch.nan), Wanted("a/001", target_speaker="slt"))


def test_a_speaker_without_speech_is_named(cache: Path, tmp_path: Path) -> None:
    data = some_voices(tmp_path, sentences=4)
    for path in data.corpus.train["awb"].values():
        write(path, torch.zeros(RATE_HZ), RATE_HZ)

    with pytest.raises(DataError) as refusal:
        SpeakerVerdict().prepare(data)

    assert str(refusal.value) == ("the training recordings of 'awb' hold no speech to know the voice by: remove the folder, or record more")
