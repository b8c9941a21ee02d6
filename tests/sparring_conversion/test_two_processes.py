"""A conversion game and its scores in two processes, as a user launches them. Slow: each launch imports torch."""

from __future__ import annotations

from pathlib import Path

import pytest
from launching import ONE, TWO, judged_by_both, launch, played_by_both

RECIPE = Path(__file__).parents[2] / "recipes" / "cyclegan-vc-small.yaml"
NETWORKS = ("to_target", "to_source", "target_discriminator", "source_discriminator")
# plain gradient descent: Adam divides by the size of a gradient, and so makes rounding errors as large as steps
DESCENT = [f"players.{name}.optimizer={{use: sgd, lr: 1.0e-4}}" for name in ("generators", "discriminators")]
GAME = [
    *(f"networks.{name}.width=4" for name in NETWORKS), *DESCENT, "data.batch_size=4", "run.preview_every=0",
    "evaluation.metrics=[]", "evaluation.baselines=[]", "evaluation.best=null", "evaluation.every=0",
]  # fmt: skip
METRICS = ["evaluation.metrics=[mcd, log-f0-rmse, speaker-verdict]", "evaluation.baselines=[moment-matching, linear-regression]"]

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))


def test_two_processes_play_judge_and_convert_as_one_does() -> None:
    difference = played_by_both(RECIPE, *GAME, network="to_target")
    cards = judged_by_both(*METRICS)
    sources = [f"runs/one/samples/test/{direction}_035_source.wav" for direction in ("slt-to-rms", "rms-to-slt")]
    for words, folder in ((ONE, "by-one"), (TWO, "by-both")):
        launch(words, "apply.py", "runs/one", *sources, "--to", "rms", "--output", folder)

    assert difference <= 1e-6
    assert cards[0]["means"] == cards[1]["means"]
    assert cards[0]["metrics"] == cards[1]["metrics"]
    for source in map(Path, sources):
        assert Path("by-one", source.name).read_bytes() == Path("by-both", source.name).read_bytes()
