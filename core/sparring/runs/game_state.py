"""All that a game has to remember between two steps, by name. Order and noise are functions of the step: nothing of them is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from sparring.play.game import Game
from sparring.play.player import Seat
from sparring.runs.saved import Checkpoint
from sparring.runs.state import flatten_optimizer, load_named, restore_optimizer


def capture(game: Game, step: int, samples: int) -> tuple[dict[str, Mapping[str, Tensor]], dict[str, Any]]:
    """Tensors and records as `Checkpoints.save` takes them."""
    tensors: dict[str, Mapping[str, Tensor]] = {f"networks/{name}": network.state_dict() for name, network in game.networks.items()}
    tensors |= {f"averages/{name}": average.network.state_dict() for name, average in game.averages.items()}
    records: dict[str, Any] = {"state": {"step": step, "samples": samples, "seed": game.recipe.run.seed}}
    if statistics := game.data.statistics():
        tensors["statistics"] = statistics
    if views := game.views.state_dict():
        tensors["views"] = views
    for seat in game.seats:
        state, records[f"optimizers/{seat.name}"] = flatten_optimizer(seat.optimizer, _names(seat))
        tensors[f"optimizers/{seat.name}"] = state
        if terms := seat.player.terms.state_dict():
            tensors[f"terms/{seat.name}"] = terms
    return tensors, records


def restore(game: Game, checkpoint: Checkpoint) -> None:
    """Put a game back to where the checkpoint was taken. Raises `CheckpointError` if names or shapes do not fit."""
    for name, network in game.networks.items():
        load_named(network, checkpoint.tensors(f"networks/{name}"), f"network {name!r}")
    for name, average in game.averages.items():
        load_named(average.network, checkpoint.tensors(f"averages/{name}"), f"the average of network {name!r}")
    if game.views.state_dict():
        load_named(game.views, checkpoint.tensors("views"), "the views")
    for seat in game.seats:
        name = f"optimizers/{seat.name}"
        restore_optimizer(seat.optimizer, _names(seat), checkpoint.tensors(name), checkpoint.record(name))
        if seat.player.terms.state_dict():
            load_named(seat.player.terms, checkpoint.tensors(f"terms/{seat.name}"), f"the terms of player {seat.name!r}")


def _names(seat: Seat) -> list[str]:
    """In the order of the optimizer's groups, which is that of the parameters that it was given."""
    return list(seat.player.trained_parameters())
