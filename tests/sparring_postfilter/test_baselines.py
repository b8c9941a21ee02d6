"""What post-filters are compared with: nothing, the natural features, the classical filters, a network without an opponent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from paired_files import movement, save_pair, smooth
from toy import ToyData
from toy_post_filters import Unchanged

from sparring import Application, Baseline, DataError, Example, Trained
from sparring_audio import bundled_corpus, global_variance, read, write
from sparring_postfilter import baselines
from sparring_postfilter.baselines import NaturalFeatures, NoFilter, RegressionNetwork
from sparring_postfilter.filter import Filter
from sparring_postfilter.gv_scaling import GlobalVarianceScaling, stretched, variance_gains
from sparring_postfilter.matching import Matcher
from sparring_postfilter.modulation_filter import ModulationFilter, ModulationPostFilter, Modulations
from sparring_postfilter.over_smoothing import OverSmoothing
from sparring_postfilter.paired_features import PairedFeatures
from sparring_postfilter.pairs import Pair
from sparring_postfilter.post_filter_example import PostFilterExample
from sparring_postfilter.scores import FeatureModulationDistance, GlobalVarianceError, GlobalVarianceRatio

COEFFICIENTS = 6


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def data(tmp_path: Path) -> PairedFeatures:
    """Fifteen utterances of 100 to 170 frames, which are over-smoothed alike."""
    for number in range(15):
        natural = movement(frames=100 + 5 * number, dims=COEFFICIENTS + 1, seed=number)
        save_pair(tmp_path / "pairs", f"{number:02}", natural, smooth(natural))
    return PairedFeatures(root=tmp_path / "pairs", coefficients=COEFFICIENTS)


def mean_score(baseline: Baseline, metric: type, data: PairedFeatures) -> float:
    baseline.prepare(data)
    return float(np.mean([metric().score(baseline.answer(one), one) for one in data.examples("test")]))


def test_the_classical_filters_undo_what_smoothing_does_to_all_utterances_alike(data: PairedFeatures) -> None:
    assert mean_score(NoFilter(), GlobalVarianceRatio, data) < 15
    assert mean_score(GlobalVarianceScaling(), GlobalVarianceRatio, data) == pytest.approx(100, abs=10)
    assert mean_score(ModulationPostFilter(strength=1.0), GlobalVarianceRatio, data) == pytest.approx(100, abs=10)
    assert mean_score(NaturalFeatures(), GlobalVarianceError, data) == 0


def test_only_the_modulation_filter_knows_which_movement_is_missing(data: PairedFeatures) -> None:
    smoothed, stretching, modulations = (
        mean_score(baseline, FeatureModulationDistance, data) for baseline in (NoFilter(), GlobalVarianceScaling(), ModulationPostFilter())
    )

    assert modulations < stretching / 2 < smoothed / 2


def test_no_filter_and_natural_features_are_the_two_sides(data: PairedFeatures) -> None:
    example = data.examples("test")[0]

    assert np.array_equal(NoFilter().answer(example).features, example.synthetic)
    assert np.array_equal(NaturalFeatures().answer(example).features, example.natural)
    assert NoFilter().answer(example).wave is None


def test_stretching_keeps_the_mean_and_gives_the_variance_of_training() -> None:
    natural, synthetic = movement(frames=50, dims=4, seed=1)[:, 1:], movement(frames=40, dims=4, seed=2)[:, 1:] / 3

    made = stretched(synthetic, variance_gains([(natural, synthetic)]))

    assert made.mean(axis=0) == pytest.approx(synthetic.mean(axis=0))
    assert global_variance(made) == pytest.approx(global_variance(natural))


def test_a_feature_that_never_moved_stays_still_and_finite() -> None:
    still = np.ones((70, 2))
    modulations = Modulations.of([still], 70)

    assert np.array_equal(stretched(still, variance_gains([(movement(frames=70, dims=2), still)])), still)
    assert np.array_equal(ModulationFilter(modulations, modulations, strength=0.85)(still), still)


@pytest.mark.parametrize("morph", [0.0, 0.5])
def test_morph_is_the_share_of_the_stretching(morph: float, data: PairedFeatures) -> None:
    example = data.examples("test")[0]
    whole, part = GlobalVarianceScaling(), GlobalVarianceScaling(morph=morph)
    whole.prepare(data)
    part.prepare(data)

    expected = morph * whole.answer(example).features + (1 - morph) * example.synthetic

    assert part.answer(example).features == pytest.approx(expected)


@pytest.mark.parametrize("frames", [1, 2, 100, 128, 300])
def test_equal_statistics_or_no_strength_change_nothing_at_any_length(frames: int) -> None:
    train = [movement(frames=length, dims=4, seed=length) for length in (90, 128)]
    natural, synthetic = Modulations.of(train, 128), Modulations.of([one / 2 for one in train], 128)
    features = movement(frames=frames, dims=4, seed=7)

    assert natural.points == 128
    assert ModulationFilter(natural, natural, strength=0.85)(features) == pytest.approx(features)
    assert ModulationFilter(natural, synthetic, strength=0.0)(features) == pytest.approx(features)


@pytest.mark.parametrize("frames", [65, 100, 128])
def test_modulations_share_out_the_variance_whatever_the_length(frames: int) -> None:
    features = movement(frames=frames, dims=4)[:, 1:]

    power = np.exp(Modulations.of([features], 128).mean)

    # both halves of the spectrum, which have the highest modulation in common
    assert (2 * power[:-1].sum(axis=0) + power[-1]) / 128 == pytest.approx(global_variance(features))


@pytest.mark.parametrize("frames", [100, 300])
def test_movement_that_was_halved_everywhere_is_doubled_by_strength(frames: int) -> None:
    train = [movement(frames=length, dims=4, seed=length) for length in (90, 128)]
    natural, synthetic = Modulations.of(train, 128), Modulations.of([one / 2 for one in train], 128)
    features = movement(frames=frames, dims=4, seed=7)

    made = ModulationFilter(natural, synthetic, strength=0.5)(features)

    mean = features.mean(axis=0)
    assert made == pytest.approx(mean + np.sqrt(2) * (features - mean))


def test_waves_are_spoken_at_the_level_of_the_synthetic_speech(tmp_path: Path) -> None:
    recording = bundled_corpus().utterances("test", voice="slt")[0].path
    wave = read(recording, start=8000, frames=8000)[0][0]
    paths = tmp_path / "natural.wav", tmp_path / "synthetic.wav"
    for path, level in zip(paths, (1.0, 0.5), strict=True):
        write(path, level * wave, 16000)
    matcher = Matcher.of({"features": "log-spectra"}, OverSmoothing())
    example = PostFilterExample("one", pair=Pair("one", *paths), matcher=matcher)

    unfiltered, natural = NoFilter().answer(example).wave, NaturalFeatures().answer(example).wave

    assert unfiltered is not None
    assert natural is not None
    assert torch.allclose(unfiltered, wave / 2, atol=1e-3)
    assert torch.allclose(natural, wave / 2, atol=1e-3)


class Elsewhere(Application):
    apply: Any = None
    answer: Any = None

    __abstractmethods__ = frozenset()


def run_of(data: PairedFeatures, *networks: str, coefficients: int = COEFFICIENTS) -> Trained:
    options = {"features": "mel-cepstra", "coefficients": coefficients, "bands": 1, "overlap": 0}
    built = dict.fromkeys(networks, Unchanged())
    return Trained(built, {}, options, torch.device("cpu"), lambda: data, statistics=data.statistics())


def test_the_regression_network_answers_as_its_run_does(data: PairedFeatures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "load", lambda run: Filter(run_of(data, "generator")))
    example, baseline = data.examples("test")[0], RegressionNetwork(run=Path("runs/l2"))
    baseline.prepare(data)

    assert baseline.answer(example).features == pytest.approx(example.synthetic, abs=1e-5)


@pytest.mark.parametrize(
    ("opened", "refusal"),
    [
        (lambda data: Elsewhere(run_of(data, "generator")), "runs/l2: is the run of another task"),
        (lambda data: Filter(run_of(data, "generator", coefficients=24)), r"runs/l2: filters MelCepstra\(.*give both the same features"),
    ],
)
def test_a_run_that_is_no_regression_of_these_features_is_refused(
    opened: Any, refusal: str, data: PairedFeatures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baselines, "load", lambda run: opened(data))

    with pytest.raises(DataError, match=refusal):
        RegressionNetwork(run=Path("runs/l2")).prepare(data)


@pytest.mark.parametrize("baseline", [GlobalVarianceScaling(), ModulationPostFilter(), RegressionNetwork(run=Path("none"))])
def test_baselines_that_learn_refuse_other_data(baseline: Baseline) -> None:
    with pytest.raises(DataError, match=r"is for the data 'synthetic-and-natural', and these are .*: leave it out"):
        baseline.prepare(ToyData())


def test_other_examples_and_shares_are_refused() -> None:
    with pytest.raises(DataError, match="'other' has no synthetic features"):
        NoFilter().answer(Example("other"))
    with pytest.raises(ValueError, match=r"morph is 1\.5"):
        GlobalVarianceScaling(morph=1.5)
    with pytest.raises(ValueError, match="strength is -1"):
        ModulationPostFilter(strength=-1)
