"""Options of the scores: presets, and options that do not go together."""

from __future__ import annotations

from pathlib import Path

import pytest

from sparring_vision.fid import Fid
from sparring_vision.inception_score import InceptionScore
from sparring_vision.manifold import Precision
from sparring_vision.settings import PRESETS, settings


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "inception.safetensors"
    path.touch()
    return path


def test_without_options_the_classifier_judges_a_sample_for_each_example() -> None:
    chosen = settings()

    assert (chosen.extractor, chosen.samples, chosen.reference) == ("classifier", None, "test")


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_takes_inception_and_says_how_many_samples(preset: str, weights: Path) -> None:
    metric = Fid(preset=preset, weights=weights)  # type: ignore[arg-type]

    assert metric.settings.extractor == "inception"
    assert metric.samples == PRESETS[preset]["samples"]  # type: ignore[index]


def test_studiogan_counts_in_one_part_and_with_five_neighbours(weights: Path) -> None:
    assert InceptionScore(preset="studiogan", weights=weights).settings.splits == 1
    assert Precision(preset="studiogan", weights=weights).constants()["neighbours"] == "5"


def test_an_option_that_contradicts_a_preset_is_refused(weights: Path) -> None:
    with pytest.raises(ValueError, match=r"^preset 'mimicry' has samples: 50000, not 10000: leave 'samples' out, or the preset$"):
        Fid(preset="mimicry", weights=weights, samples=10_000)


def test_an_option_that_says_what_the_preset_says_is_welcome(weights: Path) -> None:
    assert Fid(preset="mimicry", weights=weights, samples=50_000, reference="train").samples == 50_000


def test_a_preset_without_weights_says_where_they_come_from() -> None:
    with pytest.raises(ValueError, match=r"^preset 'clean-fid' needs `weights: FILE.safetensors`; tools/to_safetensors.py makes it of"):
        Fid(preset="clean-fid")


def test_weights_that_could_be_unpickled_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"inception.pth' is no .safetensors file, and nothing else is read; tools/to_safetensors.py"):
        Fid(extractor="inception", weights=tmp_path / "inception.pth")


def test_weights_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"absent.safetensors' is not there"):
        Fid(extractor="inception", weights=tmp_path / "absent.safetensors")


def test_weights_for_the_classifier_are_refused(weights: Path) -> None:
    with pytest.raises(ValueError, match=r"^weights are for `extractor: inception`: the classifier learns its own from the data$"):
        Fid(weights=weights)


def test_a_set_of_one_sample_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^a set has two samples at least, not 1$"):
        Fid(samples=1)
