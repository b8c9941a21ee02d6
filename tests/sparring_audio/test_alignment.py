"""Dynamic time warping of feature sequences."""

from __future__ import annotations

import numpy as np
import pytest

from sparring import DataError
from sparring_audio import align


def test_a_sequence_is_aligned_with_itself_frame_by_frame() -> None:
    frames = np.random.default_rng(0).standard_normal((30, 4))

    one, other = align(frames, frames)

    assert np.array_equal(one, np.arange(30))
    assert np.array_equal(other, np.arange(30))


def test_a_stretched_sequence_is_found_in_its_original() -> None:
    frames = np.random.default_rng(0).standard_normal((30, 4))
    stretched = np.repeat(frames, np.random.default_rng(1).integers(1, 4, 30), axis=0)

    one, other = align(stretched, frames)

    assert np.array_equal(one, np.arange(len(stretched)))
    assert np.array_equal(frames[other], stretched)


def test_a_path_leads_from_both_starts_to_both_ends_by_single_steps() -> None:
    draw = np.random.default_rng(0)

    one, other = align(draw.standard_normal((17, 3)), draw.standard_normal((40, 3)))

    steps = np.stack([np.diff(one), np.diff(other)])
    assert (one[0], other[0], one[-1], other[-1]) == (0, 0, 16, 39)
    assert ((steps == 0) | (steps == 1)).all()
    assert (steps.sum(axis=0) > 0).all()


def test_one_frame_belongs_to_every_frame() -> None:
    one, other = align(np.zeros((1, 3)), np.ones((5, 3)))

    assert one.tolist() == [0] * 5
    assert other.tolist() == [0, 1, 2, 3, 4]


def test_nothing_has_no_alignment() -> None:
    with pytest.raises(DataError, match="there is nothing to align: give both utterances a frame or more"):
        align(np.zeros((0, 3)), np.ones((5, 3)))
