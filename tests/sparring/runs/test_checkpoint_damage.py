"""What is damaged is never trusted, is kept as evidence, and the one before takes its place."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from toy_checkpoints import names, save

from sparring.errors import CheckpointError
from sparring.runs.checkpoint import Checkpoints

FILES = ["manifest.json", "networks/generator.safetensors", "optimizers/generator.safetensors", "optimizers/generator.json", "state.json"]


def delete(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def fill_with_zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def link_elsewhere(path: Path) -> None:
    twin = path.parents[4] / f"twin-{path.name}"
    shutil.move(path, twin)
    path.symlink_to(twin)


def make_a_folder_of_it(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES = [delete, cut, flip_a_bit, fill_with_zeros, empty, link_elsewhere, make_a_folder_of_it]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_falls_back_to_the_one_before_and_is_kept_as_evidence(
    damage: Callable[[Path], None], file: str, tmp_path: Path
) -> None:
    folder = tmp_path / "a/b/checkpoints"
    checkpoints = Checkpoints(folder)
    save(checkpoints, 1)
    save(checkpoints, 2)
    damage(folder / "step-00000002" / file)

    newest = checkpoints.latest()

    assert newest is not None
    assert newest.record("state") == {"step": 1}
    assert names(folder) == ["damaged-step-00000002", "step-00000001"]
    assert len(checkpoints.set_aside) == 1
    assert re.fullmatch(rf"{folder}/step-00000002: is damaged: .+; kept as damaged-step-00000002", checkpoints.set_aside[0])
    assert file == "manifest.json" or repr(file) in checkpoints.set_aside[0]
    save(checkpoints, 2)
    assert checkpoints.steps() == [1, 2]


def test_the_same_step_damaged_twice_keeps_both_as_evidence(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 1)
    for _ in range(2):
        shutil.rmtree(save(checkpoints, 2) / "networks")
        checkpoints.latest()

    assert names(tmp_path) == ["damaged-step-00000002", "damaged-step-00000002-1", "step-00000001"]


def test_an_empty_folder_is_no_checkpoint(tmp_path: Path) -> None:
    save(Checkpoints(tmp_path), 1)
    (tmp_path / "step-00000002").mkdir()

    newest = Checkpoints(tmp_path).latest()

    assert newest is not None
    assert newest.step == 1


def test_a_run_without_any_good_checkpoint_refuses_to_start_over(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    for step in (1, 2):
        cut(save(checkpoints, step) / "state.json")

    with pytest.raises(CheckpointError) as raised:
        checkpoints.latest()

    assert str(raised.value) == (
        f"{tmp_path}: no checkpoint is good (damaged-step-00000001, damaged-step-00000002), and the run refuses to start over by itself.\n"
        f"  {tmp_path}/step-00000002: is damaged: 'state.json' has 7 bytes instead of 15; kept as damaged-step-00000002\n"
        f"  {tmp_path}/step-00000001: is damaged: 'state.json' has 7 bytes instead of 15; kept as damaged-step-00000001\n"
        f"  bring a good checkpoint back from a copy, start a new run with another run.name=…, or delete {tmp_path} to start over"
    )
    with pytest.raises(CheckpointError, match="refuses to start over by itself"):
        Checkpoints(tmp_path).latest()


def test_a_reader_reports_damage_and_leaves_it_where_it_lies(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 1)
    cut(save(checkpoints, 2) / "state.json")

    newest = checkpoints.latest(tidy=False)

    assert newest is not None
    assert newest.step == 1
    assert names(tmp_path) == ["step-00000001", "step-00000002"]
    assert len(checkpoints.set_aside) == 1


def test_a_damaged_best_is_named_and_no_longer_the_mark_to_beat_after_a_resume(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 1)
    flip_a_bit(save(checkpoints, 2, keep_as_best=True, score=9.0) / "networks/generator.safetensors")

    with pytest.raises(CheckpointError, match=r"is damaged: 'networks/generator.safetensors' has another SHA-256 than when it was saved"):
        checkpoints.best()
    checkpoints.latest()

    assert checkpoints.best_known() is None


def test_a_damaged_note_of_the_best_is_set_aside(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 1, keep_as_best=True)
    (tmp_path / "best.json").write_text('{"step": 1')

    with pytest.raises(CheckpointError, match="does not say which checkpoint is the best"):
        checkpoints.best()
    checkpoints.latest()

    assert names(tmp_path) == ["damaged-best.json", "step-00000001"]


def test_a_step_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    save(Checkpoints(tmp_path), 3)

    with pytest.raises(CheckpointError, match=r"there is no checkpoint of step 4, only of \[3\]"):
        Checkpoints(tmp_path).at(4)


def test_a_note_that_somebody_put_into_a_checkpoint_is_no_damage_and_is_never_read(tmp_path: Path) -> None:
    folder = save(Checkpoints(tmp_path), 3)
    (folder / "note.json").write_text("{}")

    checkpoint = Checkpoints(tmp_path).at(3)

    with pytest.raises(CheckpointError, match=r"holds no 'note\.json'"):
        checkpoint.record("note")
