"""Image games and their scores in two processes, as a user launches them. Slow: each launch imports torch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from launching import ONE, TWO, launch
from safetensors.torch import load_file

ROOT = Path(__file__).parents[2]
THIN = [f"networks.{name}.width=4" for name in ("generator", "discriminator")]
# plain gradient descent: Adam divides by the size of a gradient, and so makes rounding errors as large as steps
DESCENT = [f"players.{name}.optimizer={{use: sgd, lr: 1.0e-3}}" for name in ("generator", "discriminator")]
GAME = [
    *THIN, *DESCENT, "data.batch_size=8", "run.steps=10", "run.preview_every=0", "evaluation.metrics=[]", "evaluation.baselines=[]",
    "networks.discriminator.minibatch_kernels=5", "views={augment: {use: diff-augment}, noise: {use: instance-noise}}",
    "players.discriminator.terms.adversarial.flipped=0.2",
]  # fmt: skip
METRICS = [
    "evaluation.metrics=[fid, kid, precision, recall, coverage, classes-covered, nearest-neighbour]",
    "evaluation.baselines=[noise-images]",
]

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))


def test_two_processes_play_and_judge_as_one_does() -> None:
    recipe = str(ROOT / "recipes" / "dcgan-digits.yaml")
    launch(ONE, "run.py", recipe, *GAME, "run.name=one")
    launch(TWO, "run.py", recipe, *GAME, "run.name=two")
    weights = [load_file(Path("runs", name, "checkpoints/step-00000010/networks/generator.safetensors")) for name in ("one", "two")]
    launch(TWO, "evaluate.py", "runs/one", *METRICS)
    by_two = Path("runs/one/scorecards").rename("by-two")
    launch(ONE, "evaluate.py", "runs/one", *METRICS)

    cards = [json.loads(next(folder.glob("*/scorecard.json")).read_text()) for folder in (by_two, Path("runs/one/scorecards"))]

    assert max(float((weights[0][name] - weights[1][name]).abs().max()) for name in weights[0]) <= 1e-6
    assert cards[0]["means"] == cards[1]["means"]
    assert cards[0]["metrics"] == cards[1]["metrics"]
