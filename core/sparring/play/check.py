"""What is checked before a run spends anything: the recipe as text, then one tiny round on real data."""

from __future__ import annotations

import contextlib

import torch
from torch import Tensor, nn

from sparring.errors import GameError
from sparring.play.drawing import mermaid
from sparring.play.game import Game, build_game
from sparring.play.round import Round
from sparring.play.wiring import SAMPLES, check_wiring, tiny_batch, tiny_hand, wiring_table
from sparring.plugins.registry import Plugins
from sparring.recipe.building import option_networks
from sparring.recipe.recipe import Recipe
from sparring.terminal import aligned


def check(recipe: Recipe, plugins: Plugins) -> str:
    """The game described for people: networks, shapes, wiring table and graph. Raises `RecipeError` if anything is wired wrong."""
    game = build_game(recipe, plugins, torch.device("cpu"))
    wires = check_wiring(game, torch.device("cpu"))
    heading = f"{recipe.name}: {game.data.describe()}"
    return "\n\n".join([heading, _networks(game, plugins), _shapes(game), wiring_table(wires), mermaid(game.graph, game.seats)])


def _networks(game: Game, plugins: Plugins) -> str:
    learners = {network: f"learned by {seat.name}" for seat in game.seats for network in seat.player.learns}
    rows = [(name, _size(network), learners.get(name, "not learned")) for name, network in game.networks.items()]
    for kinds, use in game.recipe.components():
        for section, network in option_networks(plugins, kinds, use):
            rows.append((section.use.path, _size(network), f"frozen, from {section.weights}" if section.weights else "frozen"))
    return aligned(rows)


def _size(network: nn.Module) -> str:
    return f"{sum(parameter.numel() for parameter in network.parameters()):,} parameters"


def _shapes(game: Game) -> str:
    batch = tiny_batch(game.data, game.recipe.run.seed, torch.device("cpu"))
    round = Round(game.graph, game.networks, tiny_hand(game, batch, {}))
    shown = [(name, _shape(value)) for name, value in batch.items()]
    for name in game.graph.methods:
        with contextlib.suppress(GameError):  # a tensor that these networks do not have, and that no term asks for
            shown.append((name, _shape(round[name])))
    return "\n".join([f"Shapes of a batch of {SAMPLES}", aligned(shown)])


def _shape(value: object) -> str:
    if isinstance(value, Tensor):
        return " × ".join(str(size) for size in value.shape) or "scalar"
    if isinstance(value, list | tuple):
        return ", ".join(_shape(part) for part in value)
    return "none" if value is None else type(value).__name__
