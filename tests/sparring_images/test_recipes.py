"""The image recipes as they are shipped, made narrow: each plays, and a run that was stopped ends as one that was not."""

from __future__ import annotations

from pathlib import Path

import pytest
from launching import different_files
from PIL import Image

from sparring.cli import main

RECIPES = Path(__file__).parents[2] / "recipes"
BOTH = ("generator", "discriminator")
THIN = {
    "gan": ["networks.generator.width=16", "networks.discriminator.width=8"],
    "began": [f"networks.{name}.filters=4" for name in BOTH],
    "cgan": [f"networks.{name}.{option}=4" for name in BOTH for option in ("width", "hidden")],
    "acgan": ["networks.generator.width=4", "networks.generator.hidden=4", "networks.discriminator.width=2"],
    "r3gan": [f"networks.{name}.widths=[8, 8, 4, 4]" for name in BOTH] + [f"networks.{name}.cardinalities=[2, 2, 2, 2]" for name in BOTH],
}
for known in ("dcgan", "dcgan-digits", "lsgan", "wgan", "improved-gan", "wgan-gp", "sngan-projection"):
    THIN[known] = [f"networks.{name}.width=4" for name in BOTH]
QUIET = ["evaluation.metrics=[]", "evaluation.baselines=[]", "run.verify_every=1", "run.log_every=1"]


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))


def play(recipe: str, *overrides: str) -> int:
    return main(["run", str(RECIPES / f"{recipe}.yaml"), *QUIET, *THIN[recipe], *overrides])


@pytest.mark.parametrize("recipe", THIN)
def test_a_recipe_plays_and_leaves_pictures(recipe: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert play(recipe, "run.steps=2", "run.epochs=null", "data.batch_size=4", "run.preview_every=1", "run.name=it") == 0

    assert "discriminator/adversarial" in Path("runs/it/metrics.jsonl").read_text()
    for picture in ("samples/step-00000002/grid.png", "samples/test/grid.png", "losses.png"):
        with Image.open(f"runs/it/{picture}") as opened:
            assert min(opened.size) > 64


@pytest.mark.parametrize(
    ("recipe", "state"),
    [
        ("began", []),
        ("improved-gan", ["players.discriminator.terms.lecam={use: lecam}", "networks.discriminator.regularizers=[spectral-norm]"]),
        ("r3gan", ["views.augment={use: adaptive-augment, every: 1, speed: 100}"]),
    ],
)
def test_a_run_that_was_stopped_ends_as_one_that_was_not(recipe: str, state: list[str]) -> None:
    chosen = [*state, "data.batch_size=4", "run.save_every=2", "run.preview_every=0"]
    play(recipe, *chosen, "run.steps=4", "run.name=straight")

    play(recipe, *chosen, "run.steps=2", "run.name=stopped")
    play(recipe, *chosen, "run.steps=4", "run.name=stopped")

    assert different_files("straight", "stopped", step=4) == []
