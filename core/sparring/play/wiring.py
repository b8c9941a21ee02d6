"""Which term sends gradients to which network, found out by playing one tiny round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from sparring.data import Data
from sparring.errors import Problem, RecipeError
from sparring.play.collective import alone
from sparring.play.game import Game
from sparring.play.key import generator
from sparring.play.noise import Rows
from sparring.play.player import Seat
from sparring.play.progress import Progress
from sparring.play.round import Hand, Round
from sparring.play.term import Term
from sparring.terminal import aligned

SAMPLES = 2


@dataclass(frozen=True)
class Wires:
    """What one term sends to each network: the norm of its gradient, or None where no path leads."""

    seat: Seat
    term: str
    norms: Mapping[str, float | None]

    @property
    def reaches_own(self) -> bool:
        return any(self.norms[network] is not None for network in self.seat.player.learns)


def check_wiring(game: Game, device: torch.device) -> list[Wires]:
    """Play one tiny round, term by term, and leave no trace in the networks.

    Raises `RecipeError` if a term sends nothing to its own player.
    """
    stateful = (*game.networks.values(), game.views, *(seat.player for seat in game.seats))
    buffers = [(value, value.clone()) for module in stateful for value in module.buffers()]
    batch = tiny_batch(game.data, game.recipe.run.seed, device)
    seats = [seat for seat in game.seats if not seat.never]
    with alone():
        wires = [Wires(seat, name, _norms(game, seat, term, batch)) for seat in seats for name, term in seat.player.used_terms().items()]
    for value, before in buffers:
        value.copy_(before)
    if problems := [_dead(game, one) for one in wires if not one.reaches_own]:
        raise RecipeError(problems)
    return wires


def wiring_table(wires: Sequence[Wires]) -> str:
    """One row a term, one column a network: the gradient norm that arrives."""
    rows = [["term", *wires[0].norms]]
    rows += [[f"{one.seat.name}/{one.term}", *("·" if norm is None else f"{norm:.3g}" for norm in one.norms.values())] for one in wires]
    return "\n".join(["Wiring: the gradient norm that each term sends to each network (· none)", aligned(rows, numbers=True)])


def tiny_batch(data: Data, seed: int, device: torch.device) -> Mapping[str, Tensor]:
    samples = [data.sample(index, generator(seed, "check", index)) for index in range(min(SAMPLES, len(data)))]
    return {name: torch.stack([sample[name] for sample in samples]).to(device) for name in samples[0]}


def tiny_hand(game: Game, batch: Mapping[str, Tensor], waiting: dict[str, frozenset[str]], *, step: int = 0) -> Hand:
    first = next(iter(batch.values()))
    rows, key = Rows(0, len(first), len(first)), (game.recipe.run.seed, "check")
    return Hand(batch, Progress(step, 0, game.steps), rows, key, first.device, waiting)


def _norms(game: Game, seat: Seat, term: Term, batch: Mapping[str, Tensor]) -> dict[str, float | None]:
    with game.networks.learning(seat.player.learns):
        torch.manual_seed(0)
        hand = tiny_hand(game, batch, {seat.name: seat.player.learns}, step=term.start)
        value = term(Round(game.graph, game.networks, hand, seat.name, seat.player.learns))
        return {name: _norm(value, network) for name, network in game.networks.items()}


def _norm(value: Tensor, network: nn.Module) -> float | None:
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    if not parameters or not value.requires_grad:
        return None
    gradients = [g for g in torch.autograd.grad(value, parameters, allow_unused=True, retain_graph=True) if g is not None]
    return float(torch.nn.utils.get_total_norm(gradients)) if gradients else None


def _dead(game: Game, one: Wires) -> Problem:
    learned = ", ".join(repr(name) for name in sorted(one.seat.player.learns))
    path = f"players.{one.seat.name}.terms.{one.term}"
    return game.recipe.problem(path, f"the term sends no gradient to what its player learns ({learned})")
