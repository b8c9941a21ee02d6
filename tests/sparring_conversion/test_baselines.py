"""What conversion is compared with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from toy import ToyData

from sparring import DataError, Example
from sparring_audio import WorldSettings, analyse_world, bundled_corpus, read, synthesise_world
from sparring_conversion.baselines import CopySynthesis, F0Transform, MomentMatching, NoConversion
from sparring_conversion.conversion_example import ConversionExample
from sparring_conversion.spectra import LogSpectra, MelCepstra, Spectra
from sparring_conversion.statistics import Pitch, Voice, Voices, pitch_of

SETTINGS = WorldSettings()


class Speakers(ToyData):
    """Data of two speakers who say one sentence each."""

    def __init__(self, spectra: Spectra) -> None:
        super().__init__()
        self.spectra, self.world, self.sample_rate_hz = spectra, SETTINGS, 16000
        analyses = {name: [analyse_world(read(path_of(name))[0][0], 16000)] for name in ("slt", "rms")}
        scales = spectra.scales({name: [spectra.of(one) for one in of] for name, of in analyses.items()})
        self.voices = Voices([Voice(name, pitch_of([one.f0 for one in of]) or Pitch(0, 1), scales[name]) for name, of in analyses.items()])

    def statistics(self) -> dict[str, torch.Tensor]:
        return self.voices.tensors()


def path_of(name: str) -> Path:
    return bundled_corpus().utterances("test", voice=name)[0].path


@pytest.fixture(scope="module")
def example() -> ConversionExample:
    return ConversionExample(
        "slt-to-rms/001", sample_rate_hz=16000, source_speaker="slt", target_speaker="rms",
        source_path=path_of("slt"), reference_path=path_of("rms"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def data() -> Speakers:
    return Speakers(MelCepstra(coefficients=24, sample_rate_hz=16000))


def pitch(wave: torch.Tensor) -> Pitch:
    found = pitch_of([analyse_world(wave, 16000).f0])
    assert found is not None
    return found


def test_no_conversion_is_the_source(example: ConversionExample) -> None:
    assert torch.equal(NoConversion().answer(example), example.source)


def test_f0_transform_changes_the_pitch_and_not_the_spectra(example: ConversionExample, data: Speakers) -> None:
    baseline = F0Transform()
    baseline.prepare(data)

    answer = baseline.answer(example)

    source, wanted = analyse_world(example.source, 16000), data.voices["rms"].pitch
    assert answer.shape == example.source.shape
    assert pitch(answer).mean == pytest.approx(wanted.mean, abs=0.03)
    assert abs(wanted.mean - data.voices["slt"].pitch.mean) > 0.2
    loud = source.energy > 1e-2 * source.energy.max()
    before, after = (data.spectra.of(one)[loud] for one in (source, analyse_world(answer, 16000)))
    assert np.abs(after - before).mean() < 0.15 * np.abs(before).mean() + 0.05


def test_f0_transform_of_silence_is_silence(tmp_path: Path, example: ConversionExample, data: Speakers) -> None:
    soundfile.write(tmp_path / "silent.wav", np.zeros(8000), 16000)
    baseline = F0Transform()
    baseline.prepare(data)

    answer = baseline.answer(replace(example, source_path=tmp_path / "silent.wav"))

    assert torch.equal(answer, torch.zeros(8000))


def test_moment_matching_gives_features_the_mean_and_deviation_of_the_target(example: ConversionExample, data: Speakers) -> None:
    baseline = MomentMatching()
    baseline.prepare(data)

    answer = baseline.answer(example)

    analysis, wanted = analyse_world(answer, 16000), data.voices["rms"]
    features, before = data.spectra.of(analysis), data.spectra.of(analyse_world(example.source, 16000))
    assert pitch(answer).mean == pytest.approx(wanted.pitch.mean, abs=0.03)
    assert np.abs(features.mean(0) - wanted.scale.mean).mean() < np.abs(before.mean(0) - wanted.scale.mean).mean()


@pytest.mark.parametrize("spectra", [MelCepstra(coefficients=24, sample_rate_hz=16000), LogSpectra(sample_rate_hz=16000)])
def test_copy_synthesis_is_the_reference_through_the_run_s_spectra(example: ConversionExample, spectra: Spectra) -> None:
    baseline = CopySynthesis()
    baseline.prepare(Speakers(spectra))

    answer = baseline.answer(example)

    assert example.reference is not None
    analysis = analyse_world(example.reference, 16000)
    spoken = synthesise_world(analysis, samples=len(example.reference))
    assert answer.shape == example.reference.shape
    assert np.abs(answer.numpy() - spoken).max() > 1e-4
    assert np.corrcoef(answer.numpy(), spoken)[0, 1] > 0.9


def test_copy_synthesis_without_a_reference_says_nothing(example: ConversionExample, data: Speakers) -> None:
    baseline = CopySynthesis()
    baseline.prepare(data)

    assert torch.equal(baseline.answer(replace(example, reference_path=None)), torch.zeros(1))


def test_examples_and_data_of_another_kind_are_refused() -> None:
    with pytest.raises(DataError, match="'x' has no 'source': this baseline is for the data `voices`"):
        NoConversion().answer(Example("x"))
    with pytest.raises(DataError, match="ToyData has no 'world'"):
        F0Transform().prepare(ToyData())
