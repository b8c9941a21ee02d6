"""From a run folder back to something that works: weights for another run, or an application for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from sparring.application import Application, Trained
from sparring.errors import Problem, RecipeError
from sparring.play.accelerator import this_device
from sparring.plugins.nearest import did_you_mean
from sparring.plugins.registry import Plugins
from sparring.recipe.building import build, build_network, options_of
from sparring.recipe.recipe import Recipe
from sparring.recipe.signature import load as load_target
from sparring.runs.saved import Checkpoint
from sparring.runs.state import load_named
from sparring.runs.weights import open_run, saved_network


def load(
    run: str | Path, *, application: str | None = None, checkpoint: str = "best",
    plugins: Plugins | None = None, device: torch.device | None = None,
) -> Application:  # fmt: skip
    """An application of a trained run: `sparring.load("runs/segan-small").apply(["noisy.wav"], "enhanced")`.

    `application` is one of those that the run's task has, by default the main one. `checkpoint` is `best` (the newest, if the run chose
    no best), `last`, or a step. Networks with a moving average give that.
    Raises `CheckpointError` if there is no such checkpoint.
    """
    plugins = plugins or Plugins()
    recipe, chosen = open_run(run, checkpoint)
    device = device or this_device()
    saved = SavedNetworks(recipe, plugins, chosen, device)
    label = f"{Path(run)} at step {chosen.step}"
    return application_of(recipe, plugins, saved, device, statistics=chosen.statistics(), label=label, name=application)


def application_of(
    recipe: Recipe, plugins: Plugins, networks: Mapping[str, nn.Module], device: torch.device, *,
    statistics: Mapping[str, Tensor], label: str, name: str | None = None,
) -> Application:  # fmt: skip
    """The application of that name of the recipe's task (or its main one) on these networks."""
    task = load_target(plugins.find("task", recipe.task.name).component.target)
    chosen: str = name or task.applications[0]
    if chosen not in task.applications:
        hints = did_you_mean(chosen, task.applications, what="applications")
        raise RecipeError([Problem("", "", f"task {recipe.task.name!r} has no application {chosen!r}", hints)])
    task_options, data_options = options_of(plugins, "task", recipe.task), options_of(plugins, "data", recipe.data.use)
    trained = Trained(
        networks, task=task_options, data=data_options, device=device, label=label, statistics=statistics,
        open_data=lambda: build(plugins, "data", recipe.data.use),
    )  # fmt: skip
    target = load_target(plugins.find("application", chosen).component.target)
    return target(trained)


class SavedNetworks(Mapping[str, nn.Module]):
    """The networks of a checkpoint in evaluation mode, each built and loaded when first asked for: an enhancer needs no discriminator."""

    def __init__(self, recipe: Recipe, plugins: Plugins, checkpoint: Checkpoint, device: torch.device) -> None:
        self.recipe, self.plugins, self.checkpoint, self.device = recipe, plugins, checkpoint, device
        self._built: dict[str, nn.Module] = {}

    def __getitem__(self, name: str) -> nn.Module:
        if name not in self._built:
            network = build_network(self.plugins, self.recipe.networks[name], read_weights=False)
            load_named(network, saved_network(self.checkpoint, name), f"network {name!r} of {self.checkpoint.folder}")
            self._built[name] = network.to(self.device).eval().requires_grad_(False)
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.recipe.networks)

    def __len__(self) -> int:
        return len(self.recipe.networks)
