"""Full disks and killed savers cost at most the checkpoint that was being written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from toy_checkpoints import names, save

import sparring
from sparring.errors import CheckpointError
from sparring.runs.checkpoint import Checkpoints

CORE = Path(sparring.__file__).parents[1]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def python(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(CORE), "OMP_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, "-c", code, *words], env=environment, capture_output=True, text=True, timeout=120, check=False)


FILE_TOO_LARGE = """
import resource, sys, torch
from pathlib import Path
from typing import Any
from sparring.runs.checkpoint import Checkpoints
from sparring.errors import CheckpointError
checkpoints = Checkpoints(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for tensors, record in (({"networks/generator": {"weight": torch.zeros(50_000)}}, 1), ({}, "x" * 200_000)):
    try:
        checkpoints.save(2, tensors, {"state": record})
    except CheckpointError as error:
        print(error)
"""


def test_a_file_that_the_disk_refuses_leaves_the_older_checkpoint_and_says_how_much_is_free(tmp_path: Path) -> None:
    save(Checkpoints(tmp_path), 1)
    before = snapshot(tmp_path)

    ended = python(FILE_TOO_LARGE, str(tmp_path))

    assert ended.stderr == ""
    lines = ended.stdout.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert re.search(rf"{tmp_path}/.writing-step-00000002: could not be written: .*File too large.* [\d,]+ bytes are free there", line)
    assert snapshot(tmp_path) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a tmpfs is not permitted here")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("size", [30_000, 80_000], ids=["a-later-file", "the-first-file"])
def test_a_full_disk_leaves_the_older_checkpoint_and_goes_on_after_room_is_made(size: int, small_disk: Path) -> None:
    checkpoints = Checkpoints(small_disk / "checkpoints", keep=1)
    save(checkpoints, 1, keep_as_best=True)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(150_000))
    before = snapshot(small_disk)
    tensors = {name: {"weight": torch.zeros(size)} for name in ("networks/generator", "networks/discriminator")}

    with pytest.raises(CheckpointError, match=r"No space left on device.* [\d,]+ bytes are free there"):
        checkpoints.save(2, tensors, {})

    assert snapshot(small_disk) == before
    assert names(small_disk / "checkpoints") == ["best.json", "step-00000001"]
    ballast.unlink()
    save(checkpoints, 2)
    assert checkpoints.steps() == [1, 2]


def test_a_disk_without_any_room_for_a_folder_is_an_error_in_words(small_disk: Path) -> None:
    checkpoints = Checkpoints(small_disk / "checkpoints")
    save(checkpoints, 1)
    ballast = (small_disk / "ballast").open("wb", buffering=0)
    while shutil.disk_usage(small_disk).free:
        ballast.write(bytes(4096))
    ballast.close()

    with pytest.raises(CheckpointError, match="0 bytes are free there"):
        save(checkpoints, 2)

    assert names(small_disk / "checkpoints") == ["step-00000001"]


# The parent imports torch once and forks the savers. Half of the kills wait until a save is seen to be going on.
KILLED_SAVERS = """
import os, random, signal, sys, time, torch
from pathlib import Path
from typing import Any
from sparring.runs.checkpoint import Checkpoints

folder = Path(sys.argv[1])

def content(step):
    return torch.arange(40_000, dtype=torch.float32) + step

def saver(start):
    checkpoints = Checkpoints(folder, keep=2)
    step = start
    while True:
        step += 1
        tensors = {name: {"weight": content(step)} for name in ("networks/generator", "networks/discriminator")}
        checkpoints.save(step, tensors, {"state": {"step": step}}, keep_as_best=step % 3 == 0, score=float(step))

start = inside = 0
for kill in range(12):
    child = os.fork()
    if child == 0:
        saver(start)
    time.sleep(random.Random(kill).uniform(0.05, 0.3))
    while kill % 2 and not list(folder.glob(".writing-step-*")):
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    inside += bool(list(folder.glob(".writing-step-*")))
    checkpoints = Checkpoints(folder)
    newest = checkpoints.latest()
    if newest is None:
        print("nothing yet")
        continue
    same = all(torch.equal(newest.tensors(f"networks/{name}")["weight"], content(newest.step)) for name in ("generator", "discriminator"))
    best = checkpoints.best()
    leftovers = [path.name for path in folder.glob(".*")]
    print("good" if same and newest.step >= start and not checkpoints.set_aside and not leftovers and (best or newest.step < 3) else "BAD")
    start = newest.step
print(inside, start)
"""


def test_a_saver_that_is_killed_at_any_moment_leaves_a_newest_checkpoint_that_verifies(tmp_path: Path) -> None:
    ended = python(KILLED_SAVERS, str(tmp_path))

    assert ended.stderr == ""
    *verdicts, last = ended.stdout.splitlines()
    inside, steps = map(int, last.split())
    assert len(verdicts) == 12
    assert set(verdicts) <= {"good", "nothing yet"}
    assert verdicts.count("good") >= 10
    assert inside >= 4
    assert steps > 12
