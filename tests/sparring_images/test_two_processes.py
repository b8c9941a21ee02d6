"""Image games and their scores in two processes, as a user launches them. Slow: each launch imports torch."""

from __future__ import annotations

from pathlib import Path

import pytest
from launching import judged_by_both, played_by_both

RECIPE = Path(__file__).parents[2] / "recipes" / "dcgan-digits.yaml"
THIN = [f"networks.{name}.width=4" for name in ("generator", "discriminator")]
# plain gradient descent: Adam divides by the size of a gradient, and so makes rounding errors as large as steps
DESCENT = [f"players.{name}.optimizer={{use: sgd, lr: 1.0e-3}}" for name in ("generator", "discriminator")]
GAME = [
    *THIN, *DESCENT, "data.batch_size=8", "run.preview_every=0", "evaluation.metrics=[]", "evaluation.baselines=[]",
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
    difference = played_by_both(RECIPE, *GAME, network="generator")
    cards = judged_by_both(*METRICS)

    assert difference <= 1e-6
    assert cards[0]["means"] == cards[1]["means"]
    assert cards[0]["metrics"] == cards[1]["metrics"]
