"""The conversion recipes as they are shipped, made narrow: each plays and converts, and a stopped run ends as one that was not."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile
from launching import different_files
from PIL import Image

from sparring.cli import main
from sparring_audio import bundled_corpus

RECIPES = Path(__file__).parents[2] / "recipes"
CYCLE = ("to_target", "to_source", "target_discriminator", "source_discriminator")
PAIR = [f"networks.{name}.width=2" for name in CYCLE] + [f"networks.{name}.blocks=1" for name in ("to_target", "to_source")]
MANY = [f"networks.{name}.width=2" for name in ("generator", "discriminator", "classifier")]
FRAMES = [f"networks.{name}.width=2" for name in ("encoder", "generator", "critic")]
FRAMES += ["networks.generator.channels=4", "data.crop_frames=4"]
THIN = {
    "cyclegan-vc": PAIR,
    "cyclegan-vc2": [*PAIR, *(f"networks.cycled_{name}_discriminator.width=2" for name in ("target", "source"))],
    "stargan-vc": [*MANY, "data.crop_frames=64"],
    "vaw-gan": [*FRAMES, "players.critic.from=2", "players.generator.terms.adversarial.from=2"],
}
THIN |= {f"{name}-small": thin for name, thin in THIN.items()}
# the small ones extend the others, which test_wiring.py plays a round of
PLAYED = [name if name.endswith("-small") else pytest.param(name, marks=pytest.mark.slow) for name in THIN]
QUIET = ["evaluation.metrics=[]", "evaluation.baselines=[]", "evaluation.best=null", "evaluation.every=0"]
QUIET += ["run.verify_every=1", "run.log_every=1", "run.preview_every=0"]

pytestmark = pytest.mark.usefixtures("bundled_voices")


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def play(recipe: str, *overrides: str) -> int:
    return main(["run", str(RECIPES / f"{recipe}.yaml"), *QUIET, *THIN[recipe], "data.batch_size=2", *overrides])


@pytest.mark.parametrize("recipe", PLAYED)
def test_a_recipe_plays_and_its_run_converts_without_its_data(recipe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert play(recipe, "run.steps=3", "run.name=it") == 0
    monkeypatch.setattr("sparring_conversion.voices_data.bundled_speakers", None)
    source = bundled_corpus().folder / "awb" / "041.flac"

    done = main(["apply", "runs/it", str(source), "--to", "rms", "--output", "converted"])

    assert done == 0
    assert soundfile.info("converted/041.flac").frames == soundfile.info(source).frames
    for direction in ("slt-to-rms", "rms-to-slt"):
        with Image.open(f"runs/it/samples/test/{direction}_035.png") as picture:
            assert min(picture.size) > 400


@pytest.mark.parametrize("recipe", ["cyclegan-vc2-small", pytest.param("vaw-gan-small", marks=pytest.mark.slow)])
def test_a_run_that_was_stopped_ends_as_one_that_was_not(recipe: str) -> None:
    chosen = ["run.save_every=2", "data.crop_frames=16"]
    play(recipe, *chosen, "run.steps=4", "run.name=straight")

    play(recipe, *chosen, "run.steps=2", "run.name=stopped")
    play(recipe, *chosen, "run.steps=4", "run.name=stopped")

    assert Path("runs/straight/checkpoints/step-00000004/statistics.safetensors").is_file()
    assert different_files("straight", "stopped", step=4) == []


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (["data.speakers=[slt, rsm]"], "did you mean 'rms'? There are 'awb', 'kal16', 'rms', 'slt'"),
        (["data.speakers=[slt]"], "conversion is between two speakers or more, and here is 'slt' alone"),
        (["data.speakers=[slt, rms, awb]"], "data.directions=one is from one speaker to another, and there are 3"),
        (["data.crop_frames=2000"], "data.crop_frames"),
        (["data.f0_floor_hz=900"], "stay within 20 to 2000 Hz"),
        (["networks.to_target.use=cyclegan-vc2-generator", "data.coefficients=25"], "dims must be a multiple of 4, not 25"),
        (["data.root=nowhere"], "is no folder"),
        (["task=many-to-many-conversion"], "generator"),
    ],
)
def test_what_cannot_work_is_refused_before_any_training(overrides: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = play("cyclegan-vc", "run.steps=1", *overrides)

    assert status == 2
    assert says in capsys.readouterr().err
    assert not Path("runs").exists()
