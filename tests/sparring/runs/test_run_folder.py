"""The folder of a run goes on with its own recipe and data only, and never writes over anybody's work."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from sparring.errors import CheckpointError, RecipeError
from sparring.recipe.difference import difference
from sparring.runs.manifest import Manifest
from sparring.runs.run_folder import RunFolder

RECIPE = "task: speech-enhancement\ndata:\n  batch_size: 100\nrun:\n  steps: 10\n"


def manifest(*, fingerprint: str = "abc", command: str = "tools/run.py") -> Manifest:
    return Manifest(
        seed=111,
        fingerprint=fingerprint,
        data="4 sentences",
        command=[command, "segan.yaml", "run.name=my run"],
        plugins={"audio": "0.1.0"},
    )


def started(path: Path, recipe: str = RECIPE) -> RunFolder:
    folder = RunFolder(path)
    folder.create_or_open(recipe, manifest(), difference)
    return folder


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("there", [False, True], ids=["new", "an-empty-folder"])
def test_a_new_run_gets_its_recipe_and_manifest(there: bool, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "runs/segan")
    if there:
        folder.path.mkdir(parents=True)

    went_on = folder.create_or_open(RECIPE, manifest(), difference)

    assert not went_on
    assert folder.recipe.read_text() == RECIPE
    written = folder.read_manifest()
    assert (written["seed"], written["data"]) == (111, {"fingerprint": "abc", "description": "4 sentences"})
    assert written["starts"][0]["command"] == "tools/run.py segan.yaml 'run.name=my run'"
    assert set(written["starts"][0]["versions"]) == {"sparring", "torch", "accelerate", "python"}
    assert written["starts"][0]["machine"]["cores"] >= 1
    assert [path.name for path in folder.path.parent.iterdir()] == ["segan"]


def test_the_same_recipe_goes_on_and_its_start_is_added(tmp_path: Path) -> None:
    folder = started(tmp_path / "segan")

    went_on = folder.create_or_open(RECIPE, manifest(command="again"), difference)

    assert went_on
    assert [start["command"].split()[0] for start in folder.read_manifest()["starts"]] == ["tools/run.py", "again"]


def test_a_change_without_effect_on_what_is_computed_is_taken_over(tmp_path: Path) -> None:
    folder = started(tmp_path / "segan")
    longer = RECIPE.replace("steps: 10", "steps: 20")

    went_on = folder.create_or_open(longer, manifest(), difference)

    assert went_on
    assert folder.recipe.read_text() == longer


def test_another_recipe_is_refused_with_what_differs_and_two_ways_out(tmp_path: Path) -> None:
    folder = started(tmp_path / "segan")
    before = snapshot(tmp_path)

    with pytest.raises(RecipeError) as raised:
        folder.create_or_open(RECIPE.replace("100", "50"), manifest(), difference)

    assert str(raised.value) == (
        f"{folder.path}: is the run of another recipe\n"
        "  data.batch_size was 100, is now 50\n"
        "  start a new run with another run.name=…\n"
        f"  or go on with the recipe as it was: {folder.recipe}"
    )
    assert snapshot(tmp_path) == before


def test_other_data_are_refused_with_both_descriptions(tmp_path: Path) -> None:
    folder = started(tmp_path / "segan")
    before = snapshot(tmp_path)

    with pytest.raises(RecipeError) as raised:
        folder.create_or_open(RECIPE, manifest(fingerprint="def"), difference)

    assert str(raised.value) == (
        f"{folder.path}: was started on other data\n"
        "  then: 4 sentences (abc)\n"
        "  now:  4 sentences (def)\n"
        "  start a new run with another run.name=…\n"
        "  or bring the data back as they were"
    )
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("name", ["thesis.tex", "recipe.yaml", "manifest.json"])
def test_a_folder_that_is_no_run_is_refused_untouched(name: str, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / name).write_text("years of work")
    before = snapshot(tmp_path)

    with pytest.raises(RecipeError, match="is there already and is no run"):
        RunFolder(tmp_path / "mine").create_or_open(RECIPE, manifest(), difference)

    assert snapshot(tmp_path) == before


def test_a_file_in_the_place_of_the_folder_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "segan").write_text("years of work")

    with pytest.raises(RecipeError, match="is there already and is no run"):
        RunFolder(tmp_path / "segan").create_or_open(RECIPE, manifest(), difference)

    assert (tmp_path / "segan").read_text() == "years of work"


@pytest.mark.parametrize(
    "content", ["", "[]", '{"format": 1}', '{"format": 2, "data": {"fingerprint": "abc"}, "starts": []}', "[" * 100_000]
)
def test_a_damaged_manifest_is_named(content: str, tmp_path: Path) -> None:
    folder = started(tmp_path / "segan")
    folder.manifest.write_text(content)

    with pytest.raises(CheckpointError, match=r"manifest.json: cannot be read: .* Bring it back from a copy"):
        folder.create_or_open(RECIPE, manifest(), difference)


def test_a_start_that_was_killed_before_the_folder_was_whole_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".writing-segan").mkdir()
    (tmp_path / ".writing-segan/recipe.yaml").touch()

    folder = started(tmp_path / "segan")

    assert folder.recipe.read_text() == RECIPE
    assert not (tmp_path / ".writing-segan").exists()


def test_metrics_are_one_line_a_step_and_valid_json(tmp_path: Path) -> None:
    folder = started(tmp_path / "segan")

    folder.append_metrics(1, {"generator/l1": 1 / 3})
    folder.append_metrics(2, {"generator/l1": math.nan, "discriminator/adversarial": -math.inf})

    assert [json.loads(line, parse_constant=pytest.fail) for line in folder.metrics.read_text().splitlines()] == [
        {"step": 1, "generator/l1": 1 / 3},
        {"step": 2, "generator/l1": None, "discriminator/adversarial": None},
    ]


def test_a_resumed_run_writes_no_step_twice(tmp_path: Path) -> None:
    folder = started(tmp_path / "segan")
    for step in range(1, 6):
        folder.append_metrics(step, {"loss": float(step)})
    folder.metrics.write_text(folder.metrics.read_text() + '{"step": 6, "lo')

    folder.truncate_metrics(3)
    folder.append_metrics(4, {"loss": 4.0})

    assert [json.loads(line)["step"] for line in folder.metrics.read_text().splitlines()] == [1, 2, 3, 4]


@pytest.mark.parametrize("rest", ['{"step": 2', '{"step": 2}', '{"step": "2"}\n', "\x00\x00\n", "[]\n"])
def test_a_cut_or_foreign_line_is_dropped(rest: str, tmp_path: Path) -> None:
    folder = started(tmp_path / "segan")
    folder.append_metrics(1, {})
    folder.metrics.write_text(folder.metrics.read_text() + rest)

    folder.truncate_metrics(10)

    assert folder.metrics.read_text() == '{"step": 1}\n'


def test_a_run_without_metrics_has_nothing_to_drop(tmp_path: Path) -> None:
    folder = started(tmp_path / "segan")

    folder.truncate_metrics(0)

    assert not folder.metrics.exists()
