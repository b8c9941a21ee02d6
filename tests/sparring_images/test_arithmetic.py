"""Sums of latents: of the samples that were named, and of nothing that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from toy_blobs import trained_run

from sparring import RecipeError
from sparring_images.arithmetic import Arithmetic


def test_the_picture_is_written(tmp_path: Path) -> None:
    report = Arithmetic(trained_run()).apply([], tmp_path, a=(0, 1, 2), b=(3,), c=tuple(range(40)))

    assert report.written == [tmp_path / "arithmetic.png"]
    assert report.written[0].read_bytes()[:4] == b"\x89PNG"


def test_equal_groups_cancel_out_and_noise_of_nothing_leaves_nine_times_the_result() -> None:
    application = Arithmetic(trained_run())

    around = application.around((4, 5), (7, 7, 9), (9, 7, 7), seed=2, noise=0)

    expected = application.sampler.latents([4, 5], seed=2).mean(0)
    torch.testing.assert_close(around, expected.expand(9, -1))


def test_eight_different_neighbours_surround_the_result_within_the_noise() -> None:
    around = Arithmetic(trained_run()).around((0,), (1,), (2,), noise=0.25)

    offsets = around - around[4]
    assert len(torch.unique(around, dim=0)) == 9
    assert 0.15 < offsets.abs().max() <= 0.25


def test_every_wrong_group_is_refused_in_one_go(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as error:
        Arithmetic(trained_run()).apply([], tmp_path, a=(), b=(1, -2), c=())

    assert str(error.value) == (
        "a: there is no sample to average: give at least one number, such as a=[0, 5, 9]\n"
        "c: there is no sample to average: give at least one number, such as c=[0, 5, 9]\n"
        "b: -2 is no sample: samples are counted from 0"
    )


def test_a_run_with_classes_wants_to_know_which(tmp_path: Path) -> None:
    application = Arithmetic(trained_run(classes=3))

    with pytest.raises(RecipeError, match=r"^label: this run draws classes 0 to 2: say which one the images are to show$"):
        application.apply([], tmp_path, a=(0,), b=(1,), c=(2,))

    assert application.apply([], tmp_path, a=(0,), b=(1,), c=(2,), label=1).written
