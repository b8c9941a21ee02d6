"""What cannot work is refused before any training, with the way out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from sparring import GameError, Plugins, RecipeError, load_recipe
from sparring.play.game import build_game
from sparring.play.wiring import check_wiring

RECIPES = Path(__file__).parents[2] / "recipes"


def begin(recipe: str, *overrides: str) -> None:
    plugins = Plugins()
    game = build_game(load_recipe(RECIPES / f"{recipe}.yaml", overrides, plugins=plugins), plugins, torch.device("cpu"))
    check_wiring(game, torch.device("cpu"))


def refusal(recipe: str, *overrides: str) -> str:
    with pytest.raises((RecipeError, GameError)) as caught:
        begin(recipe, *overrides)
    return str(caught.value)


@pytest.mark.parametrize(
    ("recipe", "size", "says"),
    [
        ("dcgan-digits", 30, "makes images of 4 doubled any number of times: take image_size 16 or 32, not 30"),
        ("cgan", 30, "makes images of a size that 4 divides: take image_size 28 or 32, not 30"),
        ("wgan-gp", 20, "take image_size 16 or 32, not 20"),
        ("sngan-projection", 36, "take image_size 32 or 64, not 36"),
        ("began", 48, "take image_size 32 or 64, not 48"),
        ("r3gan", 64, "images of 64 have 5 sizes from 4 on: give 5 widths and 5 cardinalities, not 4 and 4"),
    ],
)
def test_a_size_that_a_network_cannot_make_is_refused_with_those_that_it_can(recipe: str, size: int, says: str) -> None:
    assert says in refusal(recipe, f"data.image_size={size}")


def test_a_number_of_classes_that_the_data_do_not_have_is_refused() -> None:
    said = refusal("cgan", "networks.generator.classes=12")

    assert "is 12, but the data have classes = 10\n  leave it out: it is taken from the data" in said


def test_a_conditional_game_needs_classes(tmp_path: Path) -> None:
    for number in range(20):
        Image.new("L", (32, 32), number).save(tmp_path / f"{number}.png")

    said = refusal("cgan", f"data.root={tmp_path}")

    assert "the data have no classes: put the images into a folder for each class, or play the task 'image-generation'" in said


def test_networks_of_the_other_kind_are_named() -> None:
    assert "the generator takes no labels" in refusal("cgan", "networks.generator={use: dcgan-generator}")
    assert "the generator takes labels" in refusal("dcgan-digits", "networks.generator={use: cdcgan-generator}")
    assert "the discriminator has no class head" in refusal("acgan", "networks.discriminator={use: dcgan-discriminator}")
