"""What the data tell networks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import torch
import toy

from sparring import Component, Plugins, RecipeError, hookimpl, load_recipe
from sparring.play.game import build_game


class Told(toy.ToyData):
    def facts(self) -> Mapping[str, int]:
        return {"width": 6, "classes": 10}


class Proud(toy.Narrow):
    def __init__(self, *, inputs: int = 4, outputs: int = 4) -> None:
        raise ValueError("cannot make that; make something else")


@hookimpl
def sparring_components() -> Iterable[Component]:
    yield Component(kind="data", name="told", target=f"{__name__}:Told", summary="data with facts")
    yield Component(kind="network", name="proud", target=f"{__name__}:Proud", summary="refuses")


@pytest.fixture
def plugins() -> Plugins:
    return Plugins(register=[toy, sys.modules[__name__]])


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    (tmp_path / "game.yaml").write_text(toy.RECIPE.replace("toy-points", "told"))
    return tmp_path / "game.yaml"


def test_a_network_is_told_the_facts_that_it_has_options_for(recipe: Path, plugins: Plugins) -> None:
    game = build_game(load_recipe(recipe), plugins, torch.device("cpu"))

    assert game.networks["generator"].layers[0].out_features == 6  # type: ignore[index]
    assert game.recipe.networks["generator"].use.options == {"width": 6}
    assert "width: 6" in game.recipe.dump()
    assert "classes" not in game.recipe.dump()


def test_a_recipe_that_is_filled_in_stays_as_it_is_when_it_is_read_again(recipe: Path, plugins: Plugins, tmp_path: Path) -> None:
    filled = build_game(load_recipe(recipe), plugins, torch.device("cpu")).recipe
    (tmp_path / "again.yaml").write_text(filled.dump())

    again = build_game(load_recipe(tmp_path / "again.yaml"), plugins, torch.device("cpu")).recipe

    assert again.dump() == filled.dump()


def test_a_network_that_contradicts_the_data_is_refused(recipe: Path, plugins: Plugins) -> None:
    with pytest.raises(RecipeError) as caught:
        build_game(load_recipe(recipe, ["networks.generator.width=12"]), plugins, torch.device("cpu"))

    assert str(caught.value) == (
        "command line: networks.generator.width: is 12, but the data have width = 6\n  leave it out: it is taken from the data"
    )


def test_options_that_a_constructor_refuses_are_a_problem_of_the_recipe(recipe: Path, plugins: Plugins) -> None:
    with pytest.raises(RecipeError, match=r"command line: networks\.generator: cannot make that; make something else"):
        build_game(load_recipe(recipe, ["networks.generator={use: proud}"]), plugins, torch.device("cpu"))
