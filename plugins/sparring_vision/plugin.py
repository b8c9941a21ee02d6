"""What sparring_vision brings to recipes: scores of sets of images, what they are compared with, and a picture of the losses."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

from sparring import Component, hookimpl

_MANIFOLDS = "Kynkäänniemi et al. 2019, Improved precision and recall metric for assessing generative models"
_PRDC = "Naeem et al. 2020, Reliable fidelity and diversity metrics for generative models"
_MODES = "Metz et al. 2017, Unrolled generative adversarial networks"


@hookimpl
def sparring_components() -> Iterable[Component]:
    """Set metrics and baselines for examples that carry `image` and, where there are classes, `label`."""
    yield _metric("fid", "fid:Fid", "Fréchet inception distance", "Heusel et al. 2017, GANs trained by a two time-scale update rule")
    yield _metric("kid", "kid:Kid", "kernel inception distance, in thousandths", "Bińkowski et al. 2018, Demystifying MMD GANs")
    yield _metric(
        "inception-score",
        "inception_score:InceptionScore",
        "inception score: sure classes, many of them",
        "Salimans et al. 2016, Improved techniques for training GANs",
    )
    yield _metric("precision", "manifold:Precision", "share of samples among the real images: quality", _MANIFOLDS)
    yield _metric("recall", "manifold:Recall", "share of real images among the samples: variety", _MANIFOLDS)
    yield _metric("density", "manifold:Density", "how densely real images lie around the samples", _PRDC)
    yield _metric("coverage", "manifold:Coverage", "share of real images with a sample close by", _PRDC)
    yield _metric("classes-covered", "modes:ClassesCovered", "how many classes the samples are of", _MODES)
    yield _metric("class-divergence", "modes:ClassDivergence", "how far the samples' classes are from the data's proportions", _MODES)
    yield _metric("class-accuracy", "modes:ClassAccuracy", "share of samples of the class that was asked for")
    yield _metric("nearest-neighbour", "nearest_neighbour:NearestNeighbour", "distance to training images; near 0 is memorisation")
    yield Component(kind="baseline", name="training-images", target="sparring_vision.baselines:TrainingImages", summary="real images")
    yield Component(kind="baseline", name="noise-images", target="sparring_vision.baselines:NoiseImages", summary="uniform noise")


@hookimpl
def sparring_step_played(run: Any, step: Any) -> None:
    """Draw the losses whenever there is a preview, and at the end."""
    if step.every(run.recipe.run.preview_every) or step.last:
        _draw_losses(run)


@hookimpl
def sparring_run_ended(run: Any) -> None:
    """Draw the losses of a run that was stopped, too."""
    _draw_losses(run)


def _metric(name: str, target: str, summary: str, source: str = "") -> Component:
    return Component(kind="metric", name=name, target=f"sparring_vision.{target}", summary=summary, source=source)


def _draw_losses(run: Any) -> None:
    if find_spec("matplotlib") is None or not run.folder.metrics.exists():
        return
    from sparring_vision.loss_plot import draw_losses  # here, since listing what there is needs no matplotlib

    draw_losses(run.folder.metrics, run.folder.path / "losses.png")
