"""The commands of docs/machines.md as a user types them, on a small SEGAN. Slow: each launch imports torch."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import joblib
import psutil
import pytest
from safetensors.torch import load_file

ROOT = Path(__file__).parents[1]
PLAIN = [sys.executable, str(ROOT / "tools" / "run.py")]
ACCELERATE = [sys.executable, "-m", "accelerate.commands.launch"]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run"]
TWO = [*TORCHRUN, "--standalone", "--nproc-per-node", "2", str(ROOT / "tools" / "run.py")]
RECIPE = f"""\
extends: {ROOT}/recipes/segan.yaml
data: {{batch_size: 4}}
networks:
  generator: {{widths: [4, 8, 16], stride: 4, latent_channels: 2, ema: 0.9}}
  discriminator: {{widths: [4, 8, 16], stride: 4}}
players:    # plain gradient descent: RMSprop divides by the size of a gradient, and so makes rounding errors as large as steps
  discriminator: {{optimizer: {{use: sgd, lr: 2.0e-5}}, terms: {{penalty: {{use: gradient-penalty, weight: 10}}}}}}
  generator: {{optimizer: {{use: sgd, lr: 1.0e-4, momentum: 0.5}}}}
run: {{steps: 40, save_every: 1, keep: 3, log_every: 10, preview_every: 0}}
evaluation: {{metrics: [], baselines: [], best: null, every: 0}}
"""

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    Path("game.yaml").write_text(RECIPE)


def launch(words: Sequence[str], *overrides: str) -> subprocess.Popen[str]:
    command = [*words, "game.yaml", *overrides]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)


def finish(process: subprocess.Popen[str]) -> str:
    try:
        text, _ = process.communicate(timeout=120)
    finally:
        end(process)
    assert process.returncode == 0, text
    return text


def weights(name: str, step: int = 40) -> dict[str, bytes]:
    folder = Path("runs", name, "checkpoints", f"step-{step:08d}")
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.safetensors"))}


def gap(one: str, other: str) -> float:
    folders = [Path("runs", name, "checkpoints", "step-00000040", "networks") for name in (one, other)]
    pairs = [(load_file(folders[0] / path.name), load_file(folders[1] / path.name)) for path in folders[0].glob("*.safetensors")]
    return max(float((ours[name] - theirs[name]).abs().max()) for ours, theirs in pairs for name in ours)


def test_two_processes_equal_one_with_virtual_batch_norm_and_gradient_penalty() -> None:
    one = launch(PLAIN, "run.name=one")
    text = finish(launch(TWO, "run.name=two"))
    finish(one)

    assert "2 cpu processes of 1 thread each," in text
    assert gap("one", "two") <= 1e-6


def test_two_agents_as_on_two_machines_play_one_run() -> None:
    words = [
        *TORCHRUN,
        "--nnodes",
        "2",
        "--nproc-per-node",
        "1",
        "--rdzv-backend",
        "c10d",
        "--rdzv-id",
        "game",
        "--rdzv-endpoint",
        "127.0.0.1:29517",
    ]
    agents = [launch([*words, "--node-rank", str(rank), PLAIN[1]], "run.name=agents") for rank in range(2)]

    texts = [finish(agent) for agent in agents]

    assert any("2 cpu processes of 1 thread each," in text for text in texts)
    assert (Path("runs/agents/checkpoints/step-00000040") / "manifest.json").is_file()


def test_accelerate_launch_plays_with_one_process() -> None:
    text = finish(launch([*ACCELERATE, PLAIN[1]], "run.name=accelerated"))

    assert "1 cpu process of 1 thread," in text


def test_accelerate_launch_leaves_a_lone_process_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS")
    threads = joblib.cpu_count(only_physical_cores=True)

    text = finish(launch([*ACCELERATE, PLAIN[1]], "run.name=all-cores"))

    assert f"1 cpu process of {threads} thread" in text


def test_processes_that_did_not_come_up_are_refused() -> None:
    process = launch([*ACCELERATE, "--cpu", "--num_processes", "2", PLAIN[1]])
    text, _ = process.communicate(timeout=120)

    assert process.returncode != 0
    assert "the launcher asks for 2 processes, but 1 came up" in text
    assert not Path("runs").exists()


def test_killed_runs_of_two_processes_end_with_the_weights_of_the_uninterrupted_one() -> None:
    """A dozen kills, of one rank and of the whole group in turns; with a save at every step, many fall inside one."""
    finish(launch(TWO, "run.name=straight"))
    dice, kills = random.Random(0), 0
    while kills < 12 and newest("killed") < 40:
        process = launch(TWO, "run.name=killed")
        before = newest("killed")
        while newest("killed") <= before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(dice.uniform(0, 0.2))
        if process.poll() is None:
            kill_rank_or_group(process, rank_only=kills % 2 == 0)
            kills += 1
        process.communicate(timeout=60)
    finish(launch(TWO, "run.name=killed"))

    assert kills >= 8
    assert weights("killed") == weights("straight")


def kill_rank_or_group(process: subprocess.Popen[str], *, rank_only: bool) -> None:
    ranks = [child for child in psutil.Process(process.pid).children(recursive=True) if "run.py" in " ".join(child.cmdline())]
    if rank_only and ranks:
        ranks[-1].kill()
    else:
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    """Kill a launch with all that it launched, if anything is left of it."""
    if process.poll() is None:
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()


def newest(name: str) -> int:
    names = (re.fullmatch(r"step-(\d+)", path.name) for path in Path("runs", name, "checkpoints").glob("step-*"))
    return max((int(found[1]) for found in names if found), default=0)
