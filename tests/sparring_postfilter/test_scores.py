"""The measures of a post-filter: what they say of features that were changed in known ways."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from paired_files import LOUD, example_of_files, movement

from sparring import DataError, Example, Metric
from sparring_postfilter.filtered_speech import FilteredSpeech
from sparring_postfilter.scores import (
    CepstralDistortion,
    FeatureModulationDistance,
    GlobalVarianceError,
    GlobalVarianceRatio,
    LogSpectralDistance,
)

METRICS = (CepstralDistortion, FeatureModulationDistance, GlobalVarianceError, GlobalVarianceRatio, LogSpectralDistance)
DECIBELS = 10 / math.log(10) * math.sqrt(2)


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def natural() -> np.ndarray:
    """Mel-cepstra c0 to c6, which fall silent in the last 20 of 120 frames."""
    columns = movement(frames=120, dims=7)
    columns[:, 0] = np.where(np.arange(120) < 100, LOUD, -30.0)
    return columns


def example(folder: Path, natural: np.ndarray) -> Any:
    return example_of_files(folder, natural, natural)


def score(metric: type[Metric], features: np.ndarray, judged: Example) -> float:
    return metric().score(FilteredSpeech(features), judged)


def test_natural_features_are_perfect(tmp_path: Path, natural: np.ndarray) -> None:
    judged = example(tmp_path, natural)

    scores = {metric: score(metric, judged.natural, judged) for metric in METRICS}

    assert scores.pop(GlobalVarianceRatio) == pytest.approx(100)
    assert list(scores.values()) == pytest.approx([0.0] * 4)


def test_half_the_movement_is_a_quarter_of_the_variance_and_six_decibels(tmp_path: Path, natural: np.ndarray) -> None:
    judged = example(tmp_path, natural)
    halved = judged.natural / 2

    assert score(GlobalVarianceRatio, halved, judged) == pytest.approx(25)
    assert score(GlobalVarianceError, halved, judged) == pytest.approx(75)
    assert score(FeatureModulationDistance, halved, judged) == pytest.approx(20 * math.log10(2))


def test_too_much_of_one_and_too_little_of_another_is_an_error_that_no_mean_hides(tmp_path: Path, natural: np.ndarray) -> None:
    judged = example(tmp_path, natural)
    uneven = judged.natural * np.sqrt([1.5, 0.5, 1.5, 0.5, 1.5, 0.5])

    assert score(GlobalVarianceRatio, uneven, judged) == pytest.approx(100)
    assert score(GlobalVarianceError, uneven, judged) == pytest.approx(50)


def test_a_coefficient_that_is_off_in_half_of_the_frames_is_off_by_half_in_the_mean(tmp_path: Path, natural: np.ndarray) -> None:
    judged = example(tmp_path, natural)
    shifted = judged.natural + 0.2 * np.eye(6)[2] * (np.arange(120) < 50)[:, None]

    # 20 log10 e^(0.2 cos), of which the root mean square over a warped axis is near that over a straight one
    assert score(CepstralDistortion, shifted, judged) == pytest.approx(DECIBELS * 0.2 / 2)
    assert score(LogSpectralDistance, shifted, judged) == pytest.approx(DECIBELS * 0.2 / 2, rel=0.1)


def test_what_is_silence_in_natural_speech_does_not_count(tmp_path: Path, natural: np.ndarray) -> None:
    judged = example(tmp_path, natural)
    wild = judged.natural + 100.0 * (np.arange(120) >= 100)[:, None]

    scores = {metric: score(metric, wild, judged) for metric in METRICS}

    assert scores == {metric: score(metric, judged.natural, judged) for metric in METRICS}


def test_what_cannot_be_said_of_silence_or_of_a_still_coefficient_is_nan(tmp_path: Path, natural: np.ndarray) -> None:
    silent = np.concatenate([np.full((80, 1), -30.0), natural[:80, 1:]], axis=1)
    still = natural.copy()
    still[:, 3] = 0.5
    quiet, unmoved = example(tmp_path / "silent", silent), example(tmp_path / "still", still)

    assert all(math.isnan(score(metric, quiet.natural, quiet)) for metric in METRICS)
    undefined = {metric for metric in METRICS if math.isnan(score(metric, unmoved.natural, unmoved))}
    assert undefined == {FeatureModulationDistance, GlobalVarianceError, GlobalVarianceRatio}


def test_other_examples_and_answers_are_refused(tmp_path: Path, natural: np.ndarray) -> None:
    judged = replace(example(tmp_path, natural), name="one")

    with pytest.raises(DataError, match="'other' has no natural features"):
        score(CepstralDistortion, judged.natural, Example("other"))
    with pytest.raises(DataError, match=r"answer to 'one' is features of shape \(119, 6\): .* of shape \(120, 6\)"):
        score(CepstralDistortion, judged.natural[1:], judged)
    with pytest.raises(DataError, match="answer to 'one' is nothing"):
        CepstralDistortion().score(judged.natural, judged)


def test_every_measure_says_what_it_is_of() -> None:
    protocols = [dict(metric().protocol()) for metric in METRICS]

    assert len({protocol["measure"] for protocol in protocols}) == len(METRICS)
    assert all("silence" in protocol["frames"] for protocol in protocols)
