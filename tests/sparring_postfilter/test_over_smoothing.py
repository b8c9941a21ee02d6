"""Over-smoothed speech: what a statistical synthesiser would have made of natural speech."""

from __future__ import annotations

import numpy as np

from sparring_audio import global_variance, ms_distance
from sparring_postfilter.over_smoothing import OverSmoothing

NONE = OverSmoothing(state_frames=1, smoothing_frames=0, liftering=None)


def movement(frames: int = 203) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((frames, 25)).cumsum(axis=0)


def test_nothing_done_is_nothing_changed() -> None:
    np.testing.assert_array_equal(NONE(movement()), movement())


def test_states_are_means_of_eight_frames_and_the_last_one_of_what_is_left() -> None:
    states = OverSmoothing(smoothing_frames=0, liftering=None)(movement())

    np.testing.assert_allclose(states[:8], np.broadcast_to(movement()[:8].mean(axis=0), (8, 25)))
    np.testing.assert_allclose(states[200:], np.broadcast_to(movement()[200:].mean(axis=0), (3, 25)))


def test_a_gaussian_makes_states_continuous() -> None:
    steps, smooth = (OverSmoothing(smoothing_frames=frames, liftering=None)(movement()) for frames in (0.0, 3.0))

    assert np.abs(np.diff(smooth, axis=0)).max() < 0.3 * np.abs(np.diff(steps, axis=0)).max()


def test_liftering_takes_more_of_higher_coefficients_and_leaves_the_mean() -> None:
    liftered = OverSmoothing(state_frames=1, smoothing_frames=0, liftering=12)(movement())

    mean = movement().mean(axis=0)
    np.testing.assert_allclose(liftered.mean(axis=0), mean)
    np.testing.assert_allclose(liftered[:, 0], movement()[:, 0])
    np.testing.assert_allclose((liftered - mean)[:, 12], np.exp(-0.5) * (movement() - mean)[:, 12])


def test_smoothed_speech_has_too_little_variance_and_modulation() -> None:
    smooth = OverSmoothing()(movement())

    assert (global_variance(smooth) < global_variance(movement())).all()
    assert ms_distance(smooth, movement()) > 10


def test_one_frame_stays_as_it_is() -> None:
    np.testing.assert_allclose(OverSmoothing()(movement(1)), movement(1))


def test_it_says_what_it_does() -> None:
    assert OverSmoothing().describe() == "mel-cepstra averaged over states of 8 frames, smoothed over 3 frames, liftered by 24"
    assert NONE.describe() == "mel-cepstra unchanged"
    assert OverSmoothing().key() != OverSmoothing(liftering=None).key()
