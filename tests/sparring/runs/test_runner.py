"""Whole runs: from the recipe to the scorecard, stopped, killed, damaged and resumed."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import re
import signal
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import torch
import toy
from accelerate.state import AcceleratorState

from sparring import GameError, Plugins, RecipeError, load, load_recipe
from sparring.runs.runner import Run, run
from sparring.scores.evaluation import evaluate


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    AcceleratorState._reset_state(reset_partial_state=True)
    (tmp_path / "toy.yaml").write_text(toy.RECIPE)
    yield
    AcceleratorState._reset_state(reset_partial_state=True)


def play(*overrides: str) -> Path:
    return play_file("toy.yaml", *overrides)


def play_file(file: str, *overrides: str) -> Path:
    return run(load_recipe(file, overrides), Plugins(register=[toy]), ["sparring", "run", file])


def weights(folder: Path, step: int) -> dict[str, bytes]:
    checkpoint = folder / "checkpoints" / f"step-{step:08d}"
    return {str(path.relative_to(checkpoint)): path.read_bytes() for path in sorted(checkpoint.rglob("*.safetensors"))}


def test_a_run_leaves_everything_that_its_folder_promises(capsys: pytest.CaptureFixture[str]) -> None:
    folder = play()

    metrics = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in metrics if "samples" in line] == [5, 10, 15, 20]
    assert {"generator/adversarial", "discriminator/gradient-penalty", "generator/lr"} <= metrics[0].keys()
    assert sorted(path.name for path in (folder / "checkpoints").glob("step-*")) == ["step-00000015", "step-00000020"]
    assert list((folder / "tensorboard").glob("events.*"))
    card = json.loads((folder / "scorecards" / "step-00000020-test" / "scorecard.json").read_text())
    assert set(card["means"]) == {"toy", "toy-zero"}
    assert card["means"]["toy"]["toy-error"]["mean"] < card["means"]["toy-zero"]["toy-error"]["mean"]
    assert "Scorecard: runs/toy/scorecards" in capsys.readouterr().out


def test_a_trained_run_loads_as_an_application_with_its_averaged_weights() -> None:
    folder = play()

    application = load(folder, plugins=Plugins(register=[toy]))

    loaded = dict(application.trained.networks["generator"].named_parameters())
    assert torch.equal(loaded["layers.0.weight"], load_weights(folder, "averages/generator")["layers.0.weight"])
    assert not application.trained.networks["generator"].training


def test_judging_on_other_data_leaves_the_scorecard_of_the_run_alone() -> None:
    folder = play()
    before = (folder / "scorecards/step-00000020-test/scorecard.json").read_bytes()

    card = evaluate(folder, Plugins(register=[toy]), overrides=["data.length=7"])

    assert card.protocol["data"] == "7 toy points"
    assert (folder / "scorecards/step-00000020-test/scorecard.json").read_bytes() == before
    assert len(list((folder / "scorecards").iterdir())) == 2


def test_only_data_and_metrics_can_be_changed_for_judging() -> None:
    folder = play()

    with pytest.raises(RecipeError, match=r"command line: run.seed: only data.… and evaluation.… can be changed for an evaluation"):
        evaluate(folder, Plugins(register=[toy]), overrides=["run.seed=7"])


def load_weights(folder: Path, name: str) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(folder / "checkpoints" / "step-00000020" / f"{name}.safetensors")


def test_a_run_can_start_from_the_frozen_networks_of_another() -> None:
    play()
    AcceleratorState._reset_state(reset_partial_state=True)

    frozen = toy.RECIPE.replace("outputs: 1}", "outputs: 1, weights: runs/toy, frozen: true}")
    without_its_player = re.sub(r"  discriminator:\n    learns.*(?=  generator:\n    learns)", "", frozen, flags=re.DOTALL)
    Path("second.yaml").write_text(without_its_player)
    second = play_file("second.yaml")

    assert weights(second, 20)["networks/discriminator.safetensors"] == weights(Path("runs/toy"), 20)["networks/discriminator.safetensors"]


def test_a_frozen_network_of_another_run_is_built_as_it_was_built_there() -> None:
    play()
    AcceleratorState._reset_state(reset_partial_state=True)
    unsaid = toy.RECIPE.replace(", outputs: 1}", ", weights: runs/toy, frozen: true}")
    Path("second.yaml").write_text(re.sub(r"  discriminator:\n    learns.*(?=  generator:\n    learns)", "", unsaid, flags=re.DOTALL))

    second = play_file("second.yaml")

    assert weights(second, 20)["networks/discriminator.safetensors"] == weights(Path("runs/toy"), 20)["networks/discriminator.safetensors"]
    assert load_recipe(second / "recipe.yaml").networks["discriminator"].use.options["outputs"] == 1


def test_the_same_command_on_a_finished_run_plays_no_step(capsys: pytest.CaptureFixture[str]) -> None:
    first = weights(play(), 20)
    AcceleratorState._reset_state(reset_partial_state=True)

    again = weights(play(), 20)

    assert again == first
    assert "step 20/20" not in capsys.readouterr().out.partition("Resuming from step 20")[2]


def test_a_longer_run_goes_on_from_the_shorter_one_and_equals_the_straight_one() -> None:
    play("run.steps=7")
    AcceleratorState._reset_state(reset_partial_state=True)
    resumed = weights(play(), 20)
    AcceleratorState._reset_state(reset_partial_state=True)

    straight = weights(play("run.name=straight"), 20)

    assert resumed == straight


def test_a_changed_recipe_refuses_to_resume_and_nothing_is_touched() -> None:
    folder = play()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    AcceleratorState._reset_state(reset_partial_state=True)

    with pytest.raises(RecipeError) as caught:
        play("players.generator.optimizer.lr=1.0e-3")

    assert "players.generator.optimizer.lr was 0.01, is now 0.001" in str(caught.value)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_non_finite_value_names_the_last_good_checkpoint() -> None:
    play("run.steps=5")
    AcceleratorState._reset_state(reset_partial_state=True)
    recipe = load_recipe("toy.yaml")
    this = Run(recipe, Plugins(register=[toy]), ["sparring"])
    this.game.data.broken_at = 3  # type: ignore[attr-defined]

    with pytest.raises(GameError, match="the last good checkpoint is runs/toy/checkpoints/step-00000005"):
        this.play()


def test_a_second_process_in_the_same_run_is_refused() -> None:
    child = start("run.steps=2000")
    wait_until(lambda: Path("runs/toy/metrics.jsonl").exists())

    with pytest.raises(RecipeError, match="runs/toy: is being played by another process"):
        play("run.steps=2000", "evaluation.every=0", "evaluation.metrics=[]", "evaluation.best=null")
    child.kill()
    child.join(20)


def test_sigterm_finishes_the_step_saves_and_the_same_command_goes_on() -> None:
    child = start("run.steps=2000", "run.save_every=2000")
    wait_until(lambda: Path("runs/toy/metrics.jsonl").exists())

    os.kill(child.pid or 0, signal.SIGTERM)
    child.join(20)

    assert child.exitcode == 0
    (saved,) = Path("runs/toy/checkpoints").glob("step-*")
    assert 0 < int(saved.name.removeprefix("step-")) < 2000


def test_killed_runs_end_with_the_weights_of_the_uninterrupted_one() -> None:
    survive_kills(4)


@pytest.mark.slow
def test_a_dozen_killed_runs_end_with_the_weights_of_the_uninterrupted_one() -> None:
    survive_kills(12)


def survive_kills(kills: int) -> None:
    """A save every other step makes many of the moments fall inside one."""
    length = ("run.steps=200", "run.save_every=2", "run.log_every=50")
    straight = start(*length, "run.name=straight")
    straight.join(120)
    dice = random.Random(0)
    for _ in range(kills):
        child = start(*length)
        before = newest("toy")
        wait_until(lambda before=before, child=child: newest("toy") > before or not child.is_alive())
        time.sleep(dice.uniform(0, 0.2))
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join(20)
    last = start(*length)
    last.join(120)

    assert last.exitcode == 0
    assert weights(Path("runs/toy"), 200) == weights(Path("runs/straight"), 200)


def start(*overrides: str) -> BaseProcess:
    """In a fork, so that torch need not be imported again."""
    child = multiprocessing.get_context("fork").Process(target=_quiet_play, args=overrides)
    child.start()
    return child


def _quiet_play(*overrides: str) -> None:
    torch.set_num_threads(1)
    play("evaluation.every=0", "evaluation.metrics=[]", "evaluation.best=null", *overrides)


def newest(name: str) -> int:
    return max((int(path.name.removeprefix("step-")) for path in Path(f"runs/{name}/checkpoints").glob("step-*")), default=0)


def wait_until(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.005)
