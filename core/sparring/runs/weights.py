"""What a run has learned, found again: its checkpoint, and the weights of one of its networks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from sparring.errors import CheckpointError
from sparring.recipe.recipe import Recipe, load_recipe
from sparring.runs.checkpoint import Checkpoints
from sparring.runs.run_folder import RunFolder
from sparring.runs.saved import Checkpoint
from sparring.runs.state import load_named


def open_run(run: str | Path, checkpoint: str = "best") -> tuple[Recipe, Checkpoint]:
    """The recipe of a run and one of its checkpoints (`best`, `last` or a step)."""
    folder = RunFolder(Path(run))
    if not folder.recipe.is_file():
        raise CheckpointError(f"{run}: is no run; a run is a folder with a recipe.yaml, such as runs/segan-small")
    checkpoints = Checkpoints(folder.checkpoints)
    chosen = checkpoints.at(int(checkpoint)) if checkpoint.isdigit() else None
    if checkpoint == "best" and checkpoints.best_known() is not None:
        chosen = checkpoints.best()
    chosen = chosen or checkpoints.latest(tidy=False)
    if chosen is None:
        raise CheckpointError(f"{run}: has no checkpoint yet")
    return load_recipe(folder.recipe), chosen


def load_weights(network: nn.Module, source: str, name: str) -> None:
    """Start `network` from another run: `RUN`, for its network of the same `name` (its moving average, if kept), or `RUN:other-name`."""
    run, other = source_of(source, name)
    _, checkpoint = open_run(run)
    load_named(network, saved_network(checkpoint, other), f"network {name!r} from {source}")


def source_of(weights: str, name: str) -> tuple[str, str]:
    """The run that `RUN` or `RUN:other-name` names, and the network, which is `name` where it is left out."""
    run, _, other = weights.rpartition(":") if ":" in weights and not Path(weights).exists() else (weights, "", name)
    return run, other


def saved_network(checkpoint: Checkpoint, name: str) -> Mapping[str, Tensor]:
    """A network's tensors as they are meant to be used: averaged, where the run kept an average."""
    averaged = f"averages/{name}"
    return checkpoint.tensors(averaged if f"{averaged}.safetensors" in checkpoint.files else f"networks/{name}")
