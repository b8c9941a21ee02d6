"""Launching the tools as a user does, in one process or in two, and comparing what they leave."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from safetensors.torch import load_file

TOOLS = Path(__file__).parents[1] / "tools"
ONE = [sys.executable]
TWO = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


def launch(words: list[str], tool: str, *arguments: str) -> str:
    """What the tool printed; it must end with status 0."""
    done = subprocess.run([*words, str(TOOLS / tool), *arguments], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def played_by_both(recipe: Path, *overrides: str, network: str) -> float:
    """Plays the recipe for ten steps, in one process into runs/one and in two into runs/two: the largest difference of the network's
    weights.
    """
    for words, name in ((TWO, "two"), (ONE, "one")):
        launch(words, "run.py", str(recipe), *overrides, "run.steps=10", f"run.name={name}")
    saved = (Path("runs", name, "checkpoints", "step-00000010", "networks", f"{network}.safetensors") for name in ("one", "two"))
    one, two = map(load_file, saved)
    return max(float((one[name] - two[name]).abs().max()) for name in one)


def judged_by_both(*overrides: str) -> tuple[Any, Any]:
    """The scorecards of runs/one by one process and by two, as its scorecard.json."""
    cards = []
    for words, name in ((ONE, "judged-by-one"), (TWO, "judged-by-two")):
        launch(words, "evaluate.py", "runs/one", *overrides)
        folder = Path("runs/one/scorecards").rename(name)
        cards.append(json.loads(next(folder.glob("*/scorecard.json")).read_text()))
    return cards[0], cards[1]


def different_files(one: str, other: str, *, step: int) -> list[str]:
    """The tensor files that differ between the checkpoints of two runs, of which there are several."""
    first, second = (Path("runs", run, "checkpoints", f"step-{step:08d}") for run in (one, other))
    files = sorted(path.relative_to(first) for path in first.rglob("*.safetensors"))
    assert len(files) > 4
    return [str(file) for file in files if (first / file).read_bytes() != (second / file).read_bytes()]
