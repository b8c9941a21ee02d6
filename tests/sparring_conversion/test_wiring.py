"""Which loss reaches which network: the faults of the public implementations of these systems, excluded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor

from sparring import Plugins, Round, load_recipe
from sparring.play.game import Game, build_game
from sparring.play.wiring import check_wiring, tiny_batch, tiny_hand

RECIPES = Path(__file__).parents[2] / "recipes"
CPU = torch.device("cpu")
CYCLE = ("to_target", "to_source", "target_discriminator", "source_discriminator")
TWO_STEP = (*CYCLE, "cycled_target_discriminator", "cycled_source_discriminator")
THIN = {
    "cyclegan-vc2": ["data.crop_frames=32", *(f"networks.{name}.width=2" for name in TWO_STEP)],
    "stargan-vc": ["data.crop_frames=64", "networks.generator.width=4", "networks.discriminator.width=4"],
    "vaw-gan": [*(f"networks.{name}.width=2" for name in ("encoder", "generator", "critic")), "networks.generator.channels=8"],
}  # fmt: skip


pytestmark = pytest.mark.usefixtures("bundled_voices")


def game_of(recipe: str) -> Game:
    torch.manual_seed(0)
    return build_game(load_recipe(RECIPES / f"{recipe}.yaml", THIN[recipe]), Plugins(), CPU)


def reached(game: Game, player: str, names: tuple[str, ...]) -> Mapping[str, set[str]]:
    """For each tensor, the networks of the player to which a gradient of its sum comes."""
    seat = next(seat for seat in game.seats if seat.name == player)
    found = {}
    with game.networks.learning(seat.player.learns):
        hand = tiny_hand(game, tiny_batch(game.data, 0, CPU), {player: seat.player.learns})
        round = Round(game.graph, game.networks, hand, player, seat.player.learns)
        for name in names:
            found[name] = {network for network in sorted(seat.player.learns) if _gradient(round[name].sum(), game, network)}
    return found


def _gradient(value: Tensor, game: Game, network: str) -> bool:
    if not value.requires_grad:
        return False
    parameters = list(game.networks[network].parameters())
    gradients = torch.autograd.grad(value, parameters, allow_unused=True, retain_graph=True)
    return any(gradient is not None and bool(gradient.any()) for gradient in gradients)


def terms(game: Game) -> dict[str, set[str]]:
    """Term -> the networks that it sends a gradient to."""
    return {f"{one.seat.name}/{one.term}": {name for name, norm in one.norms.items() if norm} for one in check_wiring(game, CPU)}


def test_the_second_adversarial_step_is_in_the_generators_loss_and_reaches_both_of_them() -> None:
    game = game_of("cyclegan-vc2")
    scores = ("converted_score", "reverted_score", "cycled_source_score", "cycled_target_score")
    generators = next(seat for seat in game.seats if seat.name == "generators").player

    with game.networks.learning(generators.learns):
        hand = tiny_hand(game, tiny_batch(game.data, 0, CPU), {"generators": generators.learns})
        round = Round(game.graph, game.networks, hand, "generators", generators.learns)
        adversarial = generators.terms["adversarial"](round)

    assert torch.allclose(adversarial, torch.stack([(round[name] - 1).square().mean() / 2 for name in scores]).sum())
    assert reached(game, "generators", scores) == {
        "converted_score": {"to_target"},
        "reverted_score": {"to_source"},
        "cycled_source_score": {"to_target", "to_source"},
        "cycled_target_score": {"to_target", "to_source"},
    }


def test_the_discriminators_of_both_steps_learn_from_their_own_contests_alone() -> None:
    game = game_of("cyclegan-vc2")

    found = reached(game, "discriminators", ("converted_score", "target_score", "cycled_source_score", "source_again_score"))

    assert found == {
        "converted_score": {"target_discriminator"},
        "target_score": {"target_discriminator"},
        "cycled_source_score": {"cycled_source_discriminator"},
        "source_again_score": {"cycled_source_discriminator"},
    }


def test_the_classification_of_what_was_converted_reaches_the_generator_and_only_it() -> None:
    game = game_of("stargan-vc")

    found = terms(game)

    assert found["generator/classification"] == {"generator"}
    assert found["classifier/classification"] == {"classifier"}
    assert found["discriminator/adversarial"] == {"discriminator"}
    assert reached(game, "generator", ("converted_logits", "source_logits")) == {"converted_logits": {"generator"}, "source_logits": set()}


def test_only_what_was_converted_enters_the_critics_game() -> None:
    game = game_of("vaw-gan")

    found = terms(game)

    assert found["critic/adversarial"] == {"critic"}
    assert found["generator/adversarial"] == {"generator"}
    assert found["encoder/kl_source"] == {"encoder"}
    assert reached(game, "generator", ("converted_score", "target_score")) == {"converted_score": {"generator"}, "target_score": set()}
