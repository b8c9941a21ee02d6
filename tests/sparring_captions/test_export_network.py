"""A network out of a run, as a file that comes with a plugin."""

from __future__ import annotations

import shutil
from importlib import import_module
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from sparring import Plugins, load_recipe
from sparring.recipe.building import build_network
from sparring.runs.checkpoint import Checkpoints

ROOT = Path(__file__).parents[2]
with pytest.MonkeyPatch.context() as here:
    here.syspath_prepend(ROOT / "tools")
    main = import_module("export_network").main


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of toy-ring after step 1 and step 2, whose weights are those numbers, and their averages a tenth of them."""
    folder = tmp_path / "run"
    folder.mkdir()
    shutil.copy(ROOT / "recipes" / "toy-ring.yaml", folder / "recipe.yaml")
    recipe = load_recipe(folder / "recipe.yaml")
    networks = {name: build_network(Plugins(), network).state_dict() for name, network in recipe.networks.items()}
    for step in (1, 2):
        filled = {name: {key: torch.full_like(part, step) for key, part in parts.items()} for name, parts in networks.items()}
        average = {key: part / 10 for key, part in filled["generator"].items()}
        tensors = {f"networks/{name}": parts for name, parts in filled.items()} | {"averages/generator": average}
        Checkpoints(folder / "checkpoints").save(step, tensors, {"state": {"step": step}})
    return folder


def test_the_moving_average_is_exported_where_there_is_one_and_the_header_says_of_what(run: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "generator.safetensors"

    main([str(run), "generator", str(target)])

    assert {float(value) for part in load_file(target).values() for value in part.unique()} == {float(torch.tensor(0.2))}
    with safe_open(target, framework="pt") as file:
        assert file.metadata() == {"network": "generator", "run": f"{run} at step 2"}


def test_a_step_can_be_chosen_and_networks_without_an_average_are_taken_as_they_are(run: Path, tmp_path: Path) -> None:
    target = tmp_path / "discriminator.safetensors"

    main([str(run), "discriminator", str(target), "--checkpoint", "1"])

    assert {float(value) for part in load_file(target).values() for value in part.unique()} == {1.0}


def test_what_is_not_there_is_said_in_a_sentence(run: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as no_network:
        main([str(run), "text_encoder", str(tmp_path / "file.safetensors")])
    with pytest.raises(SystemExit) as no_run:
        main([str(tmp_path / "nowhere"), "generator", str(tmp_path / "file.safetensors")])

    assert no_network.value.code == f"not exported: {run}: has no network 'text_encoder'; there are discriminator, generator"
    assert (
        no_run.value.code
        == f"not exported: {tmp_path / 'nowhere'}: is no run; a run is a folder with a recipe.yaml, such as runs/segan-small"
    )
    assert not (tmp_path / "file.safetensors").exists()
