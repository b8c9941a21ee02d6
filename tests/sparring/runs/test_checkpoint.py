"""A checkpoint is there whole or not at all, is found by name, and the newest and the best are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from toy_checkpoints import names, save

from sparring.errors import CheckpointError
from sparring.runs.best import Best
from sparring.runs.checkpoint import Checkpoints


def test_what_was_saved_is_found_by_name_bit_for_bit(tmp_path: Path) -> None:
    save(Checkpoints(tmp_path / "checkpoints"), 12000)

    newest = Checkpoints(tmp_path / "checkpoints").latest()

    assert newest is not None
    assert newest.step == 12000
    assert newest.folder == tmp_path / "checkpoints/step-00012000"
    assert torch.equal(newest.tensors("networks/generator")["weight"], torch.full((3, 4), 12000.0))
    assert newest.record("optimizers/generator") == {"lr": 1 / 3}


def test_nothing_was_ever_saved(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints")

    assert checkpoints.latest() is None
    assert checkpoints.best() is None
    assert checkpoints.steps() == []


def test_empty_networks_and_0_dim_tensors_are_kept(tmp_path: Path) -> None:
    tensors = {"networks/pool": {}, "state": {"k": torch.tensor(0.1, dtype=torch.float64), "none": torch.zeros(0, 3)}}

    checkpoint = Checkpoints(tmp_path).at(int(Checkpoints(tmp_path).save(1, tensors, {}).name[5:]))

    assert checkpoint.tensors("networks/pool") == {}
    assert checkpoint.tensors("state")["k"].dtype == torch.float64
    assert checkpoint.tensors("state")["none"].shape == (0, 3)


def test_a_name_that_was_not_saved_is_refused_with_those_that_were(tmp_path: Path) -> None:
    checkpoint = Checkpoints(tmp_path).at(int(save(Checkpoints(tmp_path), 1).name[5:]))

    with pytest.raises(CheckpointError, match=r"holds no 'networks/critic\.safetensors', only networks/generator.safetensors"):
        checkpoint.tensors("networks/critic")


def test_the_newest_and_the_best_are_kept(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, keep=2)
    save(checkpoints, 1)
    save(checkpoints, 2, keep_as_best=True, score=2.5)

    for step in (3, 4, 5):
        save(checkpoints, step)

    assert names(tmp_path) == ["best.json", "step-00000002", "step-00000004", "step-00000005"]
    assert checkpoints.best_known() == Best(2, 2.5)
    best = checkpoints.best()
    assert best is not None
    assert best.record("state") == {"step": 2}


def test_a_better_one_lets_the_former_best_go(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, keep=1)
    save(checkpoints, 1, keep_as_best=True, score=1.0)

    save(checkpoints, 2, keep_as_best=True, score=2.0)

    assert names(tmp_path) == ["best.json", "step-00000002"]


def test_a_step_that_is_saved_again_replaces_itself(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 7)

    checkpoints.save(7, {}, {"state": "again"})

    assert names(tmp_path) == ["step-00000007"]
    assert checkpoints.at(7).record("state") == "again"


def test_a_kill_between_the_two_renames_of_a_replacement_loses_nothing(tmp_path: Path) -> None:
    save(Checkpoints(tmp_path), 7).rename(tmp_path / ".replaced-step-00000007")
    (tmp_path / ".writing-step-00000007").mkdir()

    newest = Checkpoints(tmp_path).latest()

    assert newest is not None
    assert names(tmp_path) == ["step-00000007"]


def test_leftovers_of_an_interrupted_save_are_removed_but_not_by_a_mere_reader(tmp_path: Path) -> None:
    (tmp_path / ".writing-step-00000002/networks").mkdir(parents=True)
    (tmp_path / ".removing-step-00000001").mkdir()
    (tmp_path / "notes.txt").touch()

    Checkpoints(tmp_path).latest(tidy=False)
    seen_by_reader = names(tmp_path)
    newest = Checkpoints(tmp_path).latest()

    assert newest is None
    assert seen_by_reader == [".removing-step-00000001", ".writing-step-00000002", "notes.txt"]
    assert names(tmp_path) == ["notes.txt"]
