"""The oracle of conversion: what parallel sentences allow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
import torch

from sparring import Data, DataError, keep_tensors, read_tensors
from sparring_audio import align, analyse_world, bundled_corpus, mel_cepstrum
from sparring_conversion.baselines import NoConversion
from sparring_conversion.linear_regression import LinearMaps, LinearRegression, aligned_regression, regression
from sparring_conversion.voices_data import VoicesData

SENTENCES = ("001", "002", "003", "004", "005", "006")


def recorded(folder: Path, **sentences: tuple[str, ...]) -> Path:
    """A folder per speaker, with files of the bundled corpus under these names."""
    for speaker, names in sentences.items():
        (folder / speaker).mkdir(parents=True)
        for source, name in zip(SENTENCES, names, strict=False):
            copyfile(bundled_corpus().folder / speaker / f"{source}.flac", folder / speaker / f"{name}.flac")
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARRING_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield tmp_path_factory.getbasetemp()


@pytest.fixture(scope="module")
def data(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> VoicesData:
    return VoicesData(root=recorded(tmp_path_factory.mktemp("voices"), slt=SENTENCES, rms=SENTENCES))


@pytest.fixture(scope="module")
def oracle(data: VoicesData) -> LinearRegression:
    baseline = LinearRegression()
    baseline.prepare(data)
    return baseline


def distance(one: torch.Tensor, other: torch.Tensor) -> float:
    """Mean distance of c1 to c24 along the best alignment."""
    cepstra = [mel_cepstrum(analyse_world(wave, 16000).envelope, order=24, alpha=0.41)[:, 1:] for wave in (one, other)]
    i, j = align(*cepstra)
    return float(np.sqrt(((cepstra[0][i] - cepstra[1][j]) ** 2).sum(axis=1)).mean())


def test_it_comes_much_closer_to_the_target_than_the_source_is(data: VoicesData, oracle: LinearRegression) -> None:
    for example in data.examples("test"):
        assert example.reference is not None
        before = distance(NoConversion().answer(example), example.reference)

        after = distance(oracle.answer(example), example.reference)

        assert after < 0.7 * before


def test_answers_are_as_long_as_the_source_and_have_the_pitch_of_the_target(data: VoicesData, oracle: LinearRegression) -> None:
    for example in data.examples("test"):
        wave = oracle.answer(example)

        assert wave.shape == example.source.shape
        heard, wanted = (np.median((f0 := analyse_world(one, 16000).f0)[f0 > 0]) for one in (wave, example.reference))
        assert heard == pytest.approx(wanted, rel=0.15)


def test_fitting_again_gives_the_same_and_once_is_enough(
    data: VoicesData, oracle: LinearRegression, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path))
    again, cached = LinearRegression(), LinearRegression()
    example = data.examples("test")[0]

    again.prepare(data)
    (file,) = tmp_path.rglob("linear-regressions/*")
    kept = read_tensors(file)
    assert kept is not None
    for every in tmp_path.rglob("*.safetensors"):
        every.unlink()
    keep_tensors(file, {name: torch.zeros_like(matrix) for name, matrix in kept.tensors.items()})
    cached.prepare(data)

    assert list(tmp_path.rglob("*.safetensors")) == [file], "recordings were analysed again"
    assert torch.equal(again.answer(example), oracle.answer(example))
    assert not torch.equal(cached.answer(example), oracle.answer(example))


def test_it_learns_from_sentences_that_unpaired_training_gave_to_one_speaker_alone(data: VoicesData) -> None:
    dealt = [set(path.stem for path in data.material.digests if path.parent.name == speaker) for speaker in ("slt", "rms")]

    common = set(data.corpus.train["slt"]) & set(data.corpus.train["rms"])

    assert not dealt[0] & dealt[1]
    assert common == dealt[0] | dealt[1]


def test_a_map_that_is_linear_is_found() -> None:
    draw = np.random.default_rng(0)
    source, matrix, intercept = draw.normal(size=(4000, 5)), draw.normal(size=(5, 5)), draw.normal(size=5)

    found = regression(source, source @ matrix + intercept)

    assert np.allclose(found[:-1], matrix, atol=0.01)
    assert np.allclose(found[-1], intercept, atol=0.01)


def test_another_pace_does_not_hide_it() -> None:
    draw = np.random.default_rng(0)
    source = np.cumsum(draw.normal(size=(3, 60, 4)), axis=1)
    matrix = 0.8 * np.eye(4) + 0.1
    slower = (source @ matrix + 0.5).repeat(draw.integers(1, 4, size=60), axis=1)

    found = aligned_regression(list(zip(source, slower, strict=True)))

    assert np.allclose(found[:-1], matrix, atol=0.05)


def test_every_frame_goes_through_the_matrix_of_its_target() -> None:
    draw = torch.Generator().manual_seed(0)
    matrices = torch.randn(2, 4, 3, generator=draw)
    spectra = torch.randn(1, 3, 16, generator=draw)
    maps = LinearMaps({1: matrices[0], 2: matrices[1]})

    made = maps(spectra, torch.tensor([2]))

    assert torch.allclose(made[0, :, 7], spectra[0, :, 7] @ matrices[1, :-1] + matrices[1, -1], atol=1e-6)


def test_speakers_who_never_say_the_same_are_refused(cache: Path, tmp_path: Path) -> None:
    folder = recorded(tmp_path, slt=SENTENCES[:4], rms=("101", "102", "103", "104"))

    with pytest.raises(DataError) as refusal:
        LinearRegression().prepare(VoicesData(root=folder))

    assert str(refusal.value) == (
        "the baseline 'linear-regression' learns from sentences that both speakers say, and 'rms' and 'slt' have no training "
        "sentence (file name) in common: leave it out of evaluation.baselines"
    )


def test_other_data_are_refused() -> None:
    class Blobs(Data):
        fields = ("real",)

        def __len__(self) -> int:
            return 1

        def sample(self, index: int, draw: np.random.Generator) -> dict[str, torch.Tensor]:
            return {}

        def examples(self, split: str) -> tuple[()]:
            return ()

        def fingerprint(self) -> str:
            return ""

        def describe(self) -> str:
            return "blobs"

    with pytest.raises(DataError) as refusal:
        LinearRegression().prepare(Blobs())

    assert str(refusal.value) == ("the baseline 'linear-regression' is for the data 'voices', and these are blobs: leave it out")
