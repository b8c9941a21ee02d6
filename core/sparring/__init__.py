"""sparring: games between networks, for audio and vision.

This is the public door. Names are imported when first asked for, so that importing the package costs no torch.
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sparring.application import Application, Report, Trained
    from sparring.component import KINDS, Component
    from sparring.data import Data, Example, Split
    from sparring.errors import CheckpointError, DataError, GameError, PluginError, Problem, RecipeError, SparringError
    from sparring.hooks import hookimpl
    from sparring.metric import Baseline, Metric, SetMetric, SetScore
    from sparring.objective import AdversarialLoss, Loss, Regularizer, View
    from sparring.play.collective import gather, global_mean, global_rows, share, world_size
    from sparring.play.noise import Noise
    from sparring.play.progress import Progress
    from sparring.play.round import Round
    from sparring.plugins.registry import Plugins
    from sparring.recipe.recipe import Recipe, load_recipe
    from sparring.runs.trained import load
    from sparring.task import Contest, Task, tensor
    from sparring.tensor_cache import cache_file, keep_tensors, read_tensors
    from sparring.terminal import progress_bar
    from sparring.whole_file import whole_file

    __version__: str

__all__ = [
    "KINDS",
    "AdversarialLoss",
    "Application",
    "Baseline",
    "CheckpointError",
    "Component",
    "Contest",
    "Data",
    "DataError",
    "Example",
    "GameError",
    "Loss",
    "Metric",
    "Noise",
    "PluginError",
    "Plugins",
    "Problem",
    "Progress",
    "Recipe",
    "RecipeError",
    "Regularizer",
    "Report",
    "Round",
    "SetMetric",
    "SetScore",
    "SparringError",
    "Split",
    "Task",
    "Trained",
    "View",
    "__version__",
    "cache_file",
    "gather",
    "global_mean",
    "global_rows",
    "hookimpl",
    "keep_tensors",
    "load",
    "load_recipe",
    "progress_bar",
    "read_tensors",
    "share",
    "tensor",
    "whole_file",
    "world_size",
]

_HOMES = {
    "sparring.application": ("Application", "Report", "Trained"),
    "sparring.component": ("KINDS", "Component"),
    "sparring.data": ("Data", "Example", "Split"),
    "sparring.errors": ("CheckpointError", "DataError", "GameError", "PluginError", "Problem", "RecipeError", "SparringError"),
    "sparring.hooks": ("hookimpl",),
    "sparring.metric": ("Baseline", "Metric", "SetMetric", "SetScore"),
    "sparring.objective": ("AdversarialLoss", "Loss", "Regularizer", "View"),
    "sparring.play.collective": ("gather", "global_mean", "global_rows", "share", "world_size"),
    "sparring.plugins.registry": ("Plugins",),
    "sparring.recipe.recipe": ("Recipe", "load_recipe"),
    "sparring.play.noise": ("Noise",),
    "sparring.play.progress": ("Progress",),
    "sparring.play.round": ("Round",),
    "sparring.terminal": ("progress_bar",),
    "sparring.task": ("Contest", "Task", "tensor"),
    "sparring.runs.trained": ("load",),
    "sparring.tensor_cache": ("cache_file", "keep_tensors", "read_tensors"),
    "sparring.whole_file": ("whole_file",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


def _version() -> str:
    try:
        return metadata.version("sparring")
    except metadata.PackageNotFoundError:
        return "0.1.0"
