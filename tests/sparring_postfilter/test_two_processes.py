"""A post-filter's game and its scores in two processes, as a user launches them. Slow: each launch imports torch."""

from __future__ import annotations

from pathlib import Path

import pytest
from launching import ONE, TWO, judged_by_both, launch, played_by_both

RECIPE = Path(__file__).parents[2] / "recipes" / "postfilter-mcep-small.yaml"
# plain gradient descent: Adam divides by the size of a gradient, and so makes rounding errors as large as steps
GAME = [
    *(f"players.{name}.optimizer={{use: sgd, lr: 1.0e-4}}" for name in ("generator", "discriminator")),
    *(f"networks.{name}.width=4" for name in ("generator", "discriminator")), "data.batch_size=4", "run.preview_every=0",
    "evaluation.metrics=[]", "evaluation.baselines=[]", "evaluation.best=null", "evaluation.every=0",
]  # fmt: skip
METRICS = ["evaluation.metrics=[gv-ratio, modulation-distance]", "evaluation.baselines=[no-filter, gv-scaling, modulation-post-filter]"]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("bundled_voices")]


def test_two_processes_play_judge_and_filter_as_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    difference = played_by_both(RECIPE, *GAME, network="generator")
    cards = judged_by_both(*METRICS)
    sources = sorted(map(str, Path("runs/one/samples/test").glob("*_synthetic.wav")))
    for words, folder in ((ONE, "by-one"), (TWO, "by-both")):
        launch(words, "apply.py", "runs/one", *sources, "--output", folder)

    assert difference <= 1e-6
    assert cards[0]["means"] == cards[1]["means"]
    assert len(sources) == 2
    for source in map(Path, sources):
        assert Path("by-one", source.name).read_bytes() == Path("by-both", source.name).read_bytes()
