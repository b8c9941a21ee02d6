"""Features and waves through a network: it sees normal features in bands, and only what it changes is changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from toy_post_filters import CEPSTRA, SPECTRA, Blurred, Lifted, Noisy, Unchanged, trained

from sparring import DataError, GameError, RecipeError
from sparring_audio import analyse_world, bundled_corpus, mel_cepstrum, read
from sparring_postfilter.trained_filter import MOST_FRAMES, TrainedFilter

FEATURES = np.random.default_rng(0).normal(size=(50, 24))


@pytest.fixture(scope="module")
def speech() -> Tensor:
    """Half a second of slt at 16 kHz."""
    utterance = bundled_corpus().utterances("test", voice="slt")[0]
    return read(utterance.path, start=8000, frames=8000)[0][0]


@pytest.mark.parametrize("frames", [1, 2, 50, MOST_FRAMES + 1])
@pytest.mark.parametrize(("data", "dims"), [(CEPSTRA, 24), (SPECTRA, 256)])
def test_a_network_that_changes_nothing_is_a_filter_that_changes_nothing(data: dict[str, Any], dims: int, frames: int) -> None:
    features = np.random.default_rng(0).normal(size=(frames, dims))

    made = TrainedFilter(trained(Unchanged(), data))(features)

    assert np.abs(made - features).max() < 1e-6


def test_the_network_sees_normal_features_in_bands() -> None:
    seen: list[Tensor] = []

    class Watching(Unchanged):
        def forward(self, synthetic: Tensor, noise: Tensor) -> Tensor:
            seen.extend((synthetic, noise))
            return synthetic

    features = np.arange(3 * 256).reshape(3, 256) / 100

    TrainedFilter(trained(Watching(), SPECTRA))(features)

    synthetic, noise = seen
    normal = torch.from_numpy((features - 0.2) / 0.5).float().T
    assert torch.equal(synthetic[0], torch.cat([normal[0:80], normal[64:144], normal[128:208], normal[192:256]]))
    assert noise.shape == synthetic.shape == (1, 304, 3)


def test_what_a_network_adds_is_in_deviations() -> None:
    made = TrainedFilter(trained(Lifted(2.0)))(FEATURES)

    assert made - FEATURES == pytest.approx(np.eye(1, 24) * np.ones((50, 1)), abs=1e-6)


def test_the_noise_depends_on_the_seed_alone_and_not_on_how_an_utterance_ends() -> None:
    post_filter = TrainedFilter(trained(Noisy()))

    one, again, other, shorter = post_filter(FEATURES), post_filter(FEATURES), post_filter(FEATURES, seed=1), post_filter(FEATURES[:20])

    assert (one == again).all()
    assert (one[:20] == shorter).all()
    assert (one - FEATURES).std() == pytest.approx(0.5, abs=0.05)
    assert np.corrcoef((one - FEATURES).ravel(), (other - FEATURES).ravel())[0, 1] == pytest.approx(0, abs=0.1)


def test_a_long_utterance_is_filtered_as_if_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    post_filter, whole = TrainedFilter(trained(Blurred())), np.random.default_rng(0).normal(size=(130, 24))
    at_once = post_filter(whole)
    monkeypatch.setattr("sparring_postfilter.trained_filter.MOST_FRAMES", 40)

    in_pieces = post_filter(whole)

    assert np.abs(in_pieces - at_once).max() < 1e-6


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (np.full((3, 24), np.nan), "the features have NaN or infinity"),
        (np.full((3, 24), np.inf), "the features have NaN or infinity"),
        (np.zeros((3, 59)), r"features of shape \(3, 59\) were given: this run filters \(frames, 24\)"),
        (np.zeros((0, 24)), r"features of shape \(0, 24\) were given"),
    ],
)
def test_features_that_are_none_are_refused(features: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        TrainedFilter(trained(Unchanged()))(features)


@pytest.mark.parametrize(("factor", "message"), [(float("nan"), "NaN or infinity"), (0, "a post-filter keeps the shape")])
def test_networks_that_make_no_features_stop_the_work(factor: float, message: str) -> None:
    class Broken(nn.Module):
        def forward(self, synthetic: Tensor, noise: Tensor) -> Tensor:
            return synthetic * factor if factor else synthetic[..., 1:]

    with pytest.raises(GameError, match=message):
        TrainedFilter(trained(Broken()))(FEATURES)


def test_a_run_without_a_generator_is_refused() -> None:
    with pytest.raises(RecipeError, match="the networks critic filter no features: a run needs one that is called `generator`"):
        TrainedFilter(trained(Unchanged(), name="critic"))


@pytest.mark.parametrize(
    ("data", "options"), [(CEPSTRA, {"method": "differential"}), (SPECTRA, {})], ids=["differential", "phase of the input"]
)
def test_without_a_vocoder_speech_that_is_not_changed_comes_back(speech: Tensor, data: dict[str, Any], options: dict[str, Any]) -> None:
    made = TrainedFilter(trained(Unchanged(), data)).wave(speech, 16000, **options)

    assert (made - speech).abs().max() < 1e-5


@pytest.mark.parametrize(
    ("data", "options"),
    [(CEPSTRA, {"method": "vocoder"}), (CEPSTRA, {"method": "differential"}), (SPECTRA, {})],
)
def test_length_and_level_stay_and_silence_stays_bit_for_bit(speech: Tensor, data: dict[str, Any], options: dict[str, Any]) -> None:
    post_filter = TrainedFilter(trained(Noisy(), data))

    made, short, silent = (post_filter.wave(one, 16000, **options) for one in (speech, speech[:1], torch.zeros(700)))

    assert made.shape == speech.shape
    assert float(made.square().mean() / speech.square().mean()) == pytest.approx(1, abs=1e-3)
    assert (made - speech).abs().max() > 1e-2
    assert short.shape == (1,)
    assert torch.equal(silent, torch.zeros(700))


@pytest.mark.parametrize("method", ["vocoder", "differential"])
def test_the_cepstra_of_speech_change_as_the_network_says_and_its_pitch_stays(speech: Tensor, method: Any) -> None:
    same, made = (TrainedFilter(trained(network)).wave(speech, 16000, method=method) for network in (Unchanged(), Lifted(0.4)))

    before, after = analyse_world(same, 16000), analyse_world(made, 16000)
    both = before.voiced & after.voiced
    change = mel_cepstrum(after.envelope, order=24, alpha=0.41) - mel_cepstrum(before.envelope, order=24, alpha=0.41)
    assert change[both, 1].mean() == pytest.approx(0.2, abs=0.02)
    assert np.abs(change[both, 2:].mean(axis=0)).max() < 0.02
    assert np.median(np.abs(after.f0 - before.f0)[both]) < 0.5


def test_griffin_lim_finds_another_phase_for_the_same_magnitudes(speech: Tensor) -> None:
    post_filter = TrainedFilter(trained(Unchanged(), SPECTRA))

    made = post_filter.wave(speech, 16000, phase="griffin-lim")

    spectra = [np.exp(post_filter.features.analyse(one.double().numpy()).features) for one in (speech, made)]
    assert np.square(spectra[1] - spectra[0]).sum() < 0.05 * np.square(spectra[0]).sum()
    assert (made - speech).abs().max() > 0.1 * speech.abs().max()
