"""The post-filter recipes as they are shipped, made narrow: each plays and filters, and a stopped run ends as one that was not."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from launching import different_files

import sparring
from sparring.cli import main
from sparring_audio import bundled_corpus

RECIPES = Path(__file__).parents[2] / "recipes"
THIN = ["networks.generator.width=2", "networks.discriminator.width=2", "data.batch_size=2", "data.crop_frames=16"]
RATE = 16_000
QUIET = ["evaluation.metrics=[]", "evaluation.baselines=[]", "evaluation.best=null", "evaluation.every=0"]
QUIET += ["run.verify_every=1", "run.log_every=1", "run.preview_every=0"]
PLAYED = ["postfilter-mcep-small", pytest.param("postfilter-mcep", marks=pytest.mark.slow)]

pytestmark = pytest.mark.usefixtures("bundled_voices")


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place to run in, with six short recordings in `pairs/natural`, and in `pairs/synthetic` the same without their treble."""
    monkeypatch.chdir(tmp_path)
    for number in range(6):
        wave, _ = soundfile.read(bundled_corpus().folder / "slt" / "001.flac", start=8000 + 4000 * number, frames=4000)
        for side, heard in (("natural", wave), ("synthetic", np.convolve(wave, np.ones(4) / 4, mode="same"))):
            (tmp_path / "pairs" / side).mkdir(parents=True, exist_ok=True)
            soundfile.write(tmp_path / "pairs" / side / f"{number}.wav", heard, RATE)


def play(recipe: str, *overrides: str, root: str | None = "pairs") -> int:
    return main(["run", str(RECIPES / f"{recipe}.yaml"), *QUIET, *THIN, f"data.root={root or 'null'}", *overrides])


@pytest.mark.slow
def test_without_other_data_the_bundled_voices_play() -> None:
    assert play("postfilter-mcep-small", "data.speakers=[slt]", "run.steps=1", "run.name=it", root=None) == 0

    assert len(list(Path("runs/it/samples/test").glob("slt_*_filtered.wav"))) == 2


@pytest.mark.parametrize("recipe", PLAYED)
def test_a_recipe_plays_and_its_run_filters_by_command_as_from_python_without_its_data(recipe: str) -> None:
    assert play(recipe, "run.epochs=null", "run.steps=2", "run.name=it") == 0
    recording, features = Path("pairs/synthetic/0.wav").rename("in.wav"), Path("in.npy")
    shutil.rmtree("pairs")
    columns = 25 if recipe.endswith("-small") else 41
    np.save(features, np.random.default_rng(0).normal(size=(20, columns)).astype("f4"))

    done = main(["apply", "runs/it", "in.wav", "in.npy", "--output", "by-command"])
    report = sparring.load("runs/it").apply([recording, features], "from-python")

    assert done == 0
    assert soundfile.info("by-command/in.wav").frames == 4000
    assert [path.read_bytes() for path in report.written] == [Path("by-command", path.name).read_bytes() for path in report.written]
    assert {path.name for path in Path("runs/it/samples/test").iterdir()} >= {"gv.png", "modulation.png"}


@pytest.mark.slow
def test_a_run_that_was_stopped_ends_as_one_that_was_not() -> None:
    chosen = ["run.save_every=2"]
    play("postfilter-mcep-small", *chosen, "run.steps=4", "run.name=straight")

    play("postfilter-mcep-small", *chosen, "run.steps=2", "run.name=stopped")
    play("postfilter-mcep-small", *chosen, "run.steps=4", "run.name=stopped")

    assert Path("runs/straight/checkpoints/step-00000004/statistics.safetensors").is_file()
    assert different_files("straight", "stopped", step=4) == []


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (["data.speakers=[slt, rsm]"], "has no voice 'rsm': choose one of"),
        (["data.speakers=[]"], "data.speakers: there is nobody in it"),
        (["data.crop_frames=20000"], "make data.crop_frames smaller"),
        (["data.bands=2", "data.overlap=30"], "take a smaller `overlap`, or fewer bands"),
        (["data.f0_floor_hz=900"], "stay within 20 to 2000 Hz"),
        (["data.features=log-spectra", "data.fft_size=128"], "choose an even data.fft_size of 160 or more"),
        (["data.root=nowhere"], "nowhere: there is no folder 'natural' and no folder 'synthetic' in it"),
        (["networks.generator.kernel_size=4"], "kernel_size must be odd"),
    ],
)
def test_what_cannot_work_is_refused_before_any_training(overrides: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    bundled = any("speakers" in override for override in overrides)

    status = play("postfilter-mcep-small", "run.steps=1", *overrides, root=None if bundled else "pairs")

    assert status == 2
    assert says in capsys.readouterr().err
    assert not Path("runs").exists()
