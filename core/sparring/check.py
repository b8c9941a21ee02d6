"""What is checked before a run spends anything: the recipe as text, then one tiny round on real data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from sparring.data import Data
from sparring.drawing import mermaid
from sparring.errors import Problem, RecipeError
from sparring.game import Game, build_game
from sparring.key import generator
from sparring.noise import Rows
from sparring.player import Seat
from sparring.plugins import Plugins
from sparring.progress import Progress
from sparring.recipe import Recipe
from sparring.round import Hand, Round

SAMPLES = 2


@dataclass(frozen=True)
class Wire:
    """What one term sends to one network: the norm of its gradient, or None where no path leads."""

    player: str
    term: str
    network: str
    norm: float | None


def check(recipe: Recipe, plugins: Plugins) -> str:
    """The game described for people: networks, shapes, wiring table and graph. Raises `RecipeError` if anything is wired wrong."""
    game = build_game(recipe, plugins, torch.device("cpu"))
    wires = check_wiring(game)
    return "\n\n".join([f"{recipe.name}: {game.data.describe()}", _networks(game), _shapes(game), wiring_table(game, wires), mermaid(game.graph, game.seats)])


def check_wiring(game: Game, device: torch.device | None = None) -> list[Wire]:
    """Play one tiny round, term by term, and leave no trace in the networks. Raises `RecipeError` if a term sends nothing to its own player."""
    buffers = {name: {key: value.clone() for key, value in network.named_buffers()} for name, network in game.networks.items()}
    batch = _batch(game.data, game.recipe.run.seed, device or torch.device("cpu"))
    wires = [wire for seat in _playing(game) for term in seat.player.used_terms() for wire in _wires(game, seat, term, batch)]
    for name, network in game.networks.items():
        for key, value in network.named_buffers():
            value.copy_(buffers[name][key])
    problems = [_dead(game, seat, term) for seat in _playing(game) for term in seat.player.used_terms() if not _reaches_own(wires, seat, term)]
    if problems:
        raise RecipeError(problems)
    return wires


def wiring_table(game: Game, wires: Sequence[Wire]) -> str:
    """One row a term, one column a network: the gradient norm that arrives."""
    names = list(game.networks)
    rows = [["term", *names]]
    for seat in _playing(game):
        for term in seat.player.used_terms():
            norms = {wire.network: wire.norm for wire in wires if (wire.player, wire.term) == (seat.name, term)}
            rows.append([f"{seat.name}/{term}", *("·" if norms[name] is None else f"{norms[name]:.3g}" for name in names)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    title = "Wiring: the gradient norm that each term sends to each network (· none)"
    return "\n".join([title, *("  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]) for row in rows)])


def _playing(game: Game) -> list[Seat]:
    return [seat for seat in game.seats if not seat.never]


def _wires(game: Game, seat: Seat, term: str, batch: Mapping[str, Tensor]) -> list[Wire]:
    one = seat.player.used_terms()[term]
    with game.networks.learning(seat.player.learns):
        torch.manual_seed(0)
        value = one(Round(game.graph, game.networks, _hand(game, batch, {seat.name: seat.player.learns}, step=one.start), seat.name))
        if value.dim() or not value.requires_grad:
            return [Wire(seat.name, term, name, None) for name in game.networks]
        return [Wire(seat.name, term, name, _norm(value, network)) for name, network in game.networks.items()]


def _norm(value: Tensor, network: nn.Module) -> float | None:
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    if not parameters:
        return None
    gradients = [g for g in torch.autograd.grad(value, parameters, allow_unused=True, retain_graph=True) if g is not None]
    return float(torch.nn.utils.get_total_norm(gradients)) if gradients else None


def _reaches_own(wires: Sequence[Wire], seat: Seat, term: str) -> bool:
    return any(wire.norm is not None for wire in wires if (wire.player, wire.term) == (seat.name, term) and wire.network in seat.player.learns)


def _dead(game: Game, seat: Seat, term: str) -> Problem:
    learned = ", ".join(repr(name) for name in sorted(seat.player.learns))
    return game.recipe.problem(f"players.{seat.name}.terms.{term}", f"the term sends no gradient to what its player learns ({learned})")


def _hand(game: Game, batch: Mapping[str, Tensor], waiting: dict[str, frozenset[str]], *, step: int = 0) -> Hand:
    rows = len(next(iter(batch.values())))
    device = next(iter(batch.values())).device
    return Hand(batch, Progress(step, 0, game.steps), Rows(0, rows, rows), (game.recipe.run.seed, "check"), device, waiting)


def _batch(data: Data, seed: int, device: torch.device) -> Mapping[str, Tensor]:
    samples = [data.sample(index, generator(seed, "check", index)) for index in range(min(SAMPLES, len(data)))]
    return {name: torch.stack([sample[name] for sample in samples]).to(device) for name in samples[0]}


def _networks(game: Game) -> str:
    owners = {network: seat.name for seat in game.seats for network in seat.player.learns}
    width = max(len(name) for name in game.networks)
    return "\n".join(
        f"{name.ljust(width)}  {sum(p.numel() for p in network.parameters()):>13,} parameters  {'learned by ' + owners[name] if name in owners else 'not learned'}"
        for name, network in game.networks.items()
    )


def _shapes(game: Game) -> str:
    batch = _batch(game.data, game.recipe.run.seed, torch.device("cpu"))
    round = Round(game.graph, game.networks, _hand(game, batch, {}))
    shown = {**batch, **{name: round[name] for name in game.graph.methods}}
    width = max(len(name) for name in shown)
    return "\n".join([f"Shapes of a batch of {SAMPLES}", *(f"{name.ljust(width)}  {_shape(value)}" for name, value in shown.items())])


def _shape(value: object) -> str:
    if isinstance(value, Tensor):
        return " × ".join(str(size) for size in value.shape) or "scalar"
    return "none" if value is None else type(value).__name__
