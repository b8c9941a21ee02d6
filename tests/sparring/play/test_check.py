from __future__ import annotations

from pathlib import Path

import pytest
import torch
import toy

from sparring import Plugins, RecipeError, load_recipe
from sparring.play.check import check
from sparring.play.game import build_game
from sparring.play.wiring import check_wiring


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "toy.yaml"
    path.write_text(toy.RECIPE)
    return path


def test_a_check_shows_parameters_shapes_wiring_and_graph(path: Path) -> None:
    text = check(load_recipe(path), Plugins(register=[toy]))

    assert "generator      76 parameters  learned by generator" in text
    assert "fake_score  2 × 1" in text
    assert '  generator{{"generator<br>learned by generator"}}' in text
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if "/" in line and "<br>" not in line}
    assert rows["generator/distance"][1] == rows["discriminator/adversarial"][0] == "·"
    assert float(rows["discriminator/gradient-penalty"][1]) > 0


def test_a_term_that_sends_nothing_to_its_own_player_is_an_error(path: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        check(load_recipe(path, ["players.generator.terms.distance.of=[real, condition]"]), Plugins(register=[toy]))

    assert str(caught.value).endswith(
        "players.generator.terms.distance: the term sends no gradient to what its player learns ('generator')"
    )


def test_what_the_task_does_not_know_is_said_at_once(path: Path) -> None:
    wrong = ["players.generator.terms.distance.of=[fakes, real]", "networks.encoder={use: narrow}"]

    with pytest.raises(RecipeError) as caught:
        check(load_recipe(path, wrong), Plugins(register=[toy]))

    assert [problem.message for problem in caught.value.problems] == [
        "there is no tensor 'fakes'",
        "the task asks for no network 'encoder'",
    ]


def test_checking_leaves_no_trace_in_the_networks(path: Path) -> None:
    game = build_game(load_recipe(path), Plugins(register=[toy]), torch.device("cpu"))
    before = {name: value.clone() for name, value in game.networks["generator"].state_dict().items()}

    check_wiring(game, torch.device("cpu"))

    after = game.networks["generator"].state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    assert all(parameter.grad is None for parameter in game.networks["generator"].parameters())
