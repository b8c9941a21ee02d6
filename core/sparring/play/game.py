"""A game: the objects that a recipe describes, wired and ready to be played."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from accelerate import Accelerator
from torch import nn

from sparring.data import Data
from sparring.errors import Problem, RecipeError
from sparring.objective import AdversarialLoss, Regularizer
from sparring.play.batches import Batch, batches
from sparring.play.ema import Average
from sparring.play.engine import Engine
from sparring.play.graph import Graph
from sparring.play.key import fold
from sparring.play.networks import Networks
from sparring.play.player import Player, Seat
from sparring.play.term import AdversarialTerm, LossTerm, PenaltyTerm, Term, parts
from sparring.play.views import Views
from sparring.plugins.nearest import did_you_mean
from sparring.plugins.registry import Plugins
from sparring.recipe.building import build, build_network, schedule
from sparring.recipe.facts import filled
from sparring.recipe.recipe import Recipe, check_components
from sparring.recipe.sections import PlayerSection, TermSection
from sparring.runs.inherited import with_inherited_options
from sparring.runs.weights import load_weights
from sparring.task import Task

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)
FUSED = (torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD, torch.optim.Adagrad)


@dataclass
class Game:
    """A task, its data, the networks, and the players with their seats, all from one recipe."""

    recipe: Recipe
    task: Task
    data: Data
    graph: Graph
    networks: Networks
    averages: Mapping[str, Average]
    views: Views
    seats: list[Seat]

    @property
    def samples_per_step(self) -> int:
        return self.recipe.data.batch_size * max(seat.turns for seat in self.seats)

    @property
    def steps(self) -> int:
        """Where the run ends; epochs are rounded up to whole steps."""
        run = self.recipe.run
        return run.steps if run.steps is not None else math.ceil((run.epochs or 0) * len(self.data) / self.samples_per_step)

    def engine(self, accelerator: Accelerator) -> Engine:
        """What plays this game on this process."""
        run = self.recipe.run
        return Engine(
            accelerator, self.graph, self.networks, self.seats, self.averages, seed=run.seed, batch_size=self.recipe.data.batch_size,
            steps=self.steps, accumulate=run.accumulate, verify_every=run.verify_every, views=self.views,
        )  # fmt: skip

    def batches(self, accelerator: Accelerator, *, start: int = 0) -> Iterator[Batch]:
        """This process's part of every batch from step `start` to the end."""
        return batches(
            self.data, seed=self.recipe.run.seed, batch_size=self.recipe.data.batch_size,
            start=start * self.samples_per_step, end=self.steps * self.samples_per_step,
            rank=accelerator.process_index, world=accelerator.num_processes,
            workers=self.recipe.data.workers, device=accelerator.device,
        )  # fmt: skip

    @contextmanager
    def at_rest(self) -> Iterator[Mapping[str, nn.Module]]:
        """The networks as someone would use them now, averaged where the recipe keeps an average; inside, they are in evaluation mode."""
        modes = [(module, module.training) for network in self.networks.values() for module in network.modules()]
        for network in self.networks.values():
            network.eval()
        try:
            yield {name: self.averages[name].network if name in self.averages else network for name, network in self.networks.items()}
        finally:
            for module, training in modes:
                module.training = training


def build_game(recipe: Recipe, plugins: Plugins, device: torch.device) -> Game:
    """Everything that the recipe names, on `device`. Raises `RecipeError` with all problems, or `DataError` for what it points at."""
    _refuse(check_components(recipe, plugins))
    recipe = with_inherited_options(recipe)
    data: Data = build(plugins, "data", recipe.data.use)
    recipe = filled(recipe, plugins, data.facts())
    task: Task = build(plugins, "task", recipe.task)
    views = Views({name: build(plugins, "view", use) for name, use in recipe.views.items()}).to(device)
    graph = Graph(task, recipe.networks, data.fields, view=views if recipe.views else None)
    _refuse([recipe.problem("task", problem) for problem in graph.problems])
    _refuse(list(_wiring_problems(recipe, graph)))
    networks = Networks({name: _network(recipe, plugins, name, device) for name in recipe.networks})
    seats = [_seat(recipe, plugins, graph, networks, name, device) for name in recipe.players]
    averages = {name: Average(networks[name], section.ema) for name, section in recipe.networks.items() if section.ema is not None}
    for name, section in recipe.networks.items():
        if section.compile:
            networks[name].compile()
    return Game(recipe, task, data, graph, networks, averages, views, seats)


def _network(recipe: Recipe, plugins: Plugins, name: str, device: torch.device) -> nn.Module:
    """Built from a seed of its own, so that adding a network changes no other."""
    section = recipe.networks[name]
    torch.manual_seed(fold(recipe.run.seed, "network", name))
    network = build_network(plugins, section)
    if section.channels_last and any(isinstance(module, CONVOLUTIONS) for module in network.modules()):
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if section.weights is not None:
        load_weights(network, section.weights, name)
    if section.frozen:
        network.requires_grad_(False).eval()
    return network.to(device)


def _seat(recipe: Recipe, plugins: Plugins, graph: Graph, networks: Networks, name: str, device: torch.device) -> Seat:
    section = recipe.players[name]
    learned = {network: networks[network] for network in section.learns}
    terms = {term: _term(plugins, graph, section, wiring) for term, wiring in section.terms.items()}
    projections = [one for one in terms.values() if isinstance(one.objective, Regularizer) and one.objective.has("project")]
    valued = {term: one for term, one in terms.items() if not isinstance(one.objective, Regularizer) or one.objective.has("penalty")}
    for one in terms.values():
        if isinstance(one.objective, Regularizer):
            one.objective.attach(learned)
    player = Player(name, learned, valued, projections)
    player.to(device)
    optimizer = build(plugins, "optimizer", section.optimizer, list(player.trained_parameters().values()))
    if isinstance(optimizer, FUSED) and "fused" not in section.optimizer.options and "foreach" not in section.optimizer.options:
        for group in optimizer.param_groups:
            group["fused"] = True
    rate = schedule(plugins, optimizer.param_groups[0]["lr"] if section.lr is None else section.lr)
    return Seat(player, optimizer, rate, turns=section.turns, start=section.start, until=section.until, clip=section.clip)


def _term(plugins: Plugins, graph: Graph, player: PlayerSection, section: TermSection) -> Term:
    objective = build(plugins, ("loss", "regularizer"), section.use)
    weight = schedule(plugins, section.weight)
    judging, judged = parts(graph, frozenset(player.learns))
    if isinstance(objective, AdversarialLoss):
        return AdversarialTerm(
            objective, judging, judged, weight=weight, start=section.start, until=section.until, flipped=section.flipped
        )  # fmt: skip
    if isinstance(objective, Regularizer):
        if not (objective.has("penalty") or objective.has("project")):
            use, hint = section.use, f"write networks.NAME.regularizers: [{section.use.name}]"
            raise RecipeError([Problem(use.where, use.path, f"{use.name!r} is no term", (hint,))])
        return PenaltyTerm(objective, judging or judged, weight=weight, start=section.start, until=section.until)
    return LossTerm(objective, section.of, weight=weight, start=section.start, until=section.until)


def _wiring_problems(recipe: Recipe, graph: Graph) -> Iterator[Problem]:
    """What only the graph can tell: which networks and tensors the task knows."""
    for player, section in recipe.players.items():
        for name, term in section.terms.items():
            for tensor in term.of:
                if tensor not in graph.names:
                    path = f"players.{player}.terms.{name}.of"
                    yield recipe.problem(path, f"there is no tensor {tensor!r}", *did_you_mean(tensor, graph.names, what="tensors"))
    for network in recipe.networks:
        if not any(network in reached for reached in graph.reaches.values()):
            hints = did_you_mean(network, _asked_for(graph), what="networks that it asks for")
            yield recipe.problem(f"networks.{network}", f"the task asks for no network {network!r}", *hints)


def _asked_for(graph: Graph) -> set[str]:
    given = graph.fields | graph.methods.keys() | {"noise", "progress"}
    return {need for needs in graph.needs.values() for need in needs if need not in given}


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise RecipeError(problems)
