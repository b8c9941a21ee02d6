"""What this plugin brings to a recipe."""

from __future__ import annotations

from collections.abc import Iterable

from sparring import Component, hookimpl

WGAN_GP = "Gulrajani et al. 2017, arXiv 1704.00028"
VEEGAN = "Srivastava et al. 2017, arXiv 1705.07761"


@hookimpl
def sparring_components() -> Iterable[Component]:
    yield Component(
        kind="task",
        name="plane-points",
        target="sparring_mixtures.task:PlanePoints",
        summary="points in the plane from a normal latent",
        source="Goodfellow et al. 2014, arXiv 1406.2661",
    )
    yield Component(
        kind="data",
        name="gaussian-mixture",
        target="sparring_mixtures.gaussian_mixture:GaussianMixture",
        summary="a ring of 8 or a grid of 25 Gaussians in the plane",
        source=WGAN_GP,
    )
    yield Component(
        kind="network",
        name="points-generator",
        target="sparring_mixtures.networks:PointsGenerator",
        summary="multilayer perceptron from a latent to a point",
        source=WGAN_GP,
    )
    yield Component(
        kind="network",
        name="points-discriminator",
        target="sparring_mixtures.networks:PointsDiscriminator",
        summary="multilayer perceptron that scores points, with layers that see the whole batch if asked for",
        source=WGAN_GP,
    )
    yield _metric("modes-reached", "ModesReached", "number of modes that the points reach")
    yield _metric("high-quality-share", "HighQualityShare", "share of points within three standard deviations of a mode")
    yield _metric("mode-divergence", "ModeDivergence", "Kullback-Leibler divergence of the modes of the points from even ones")
    yield Component(
        kind="baseline", name="real-points", target="sparring_mixtures.baseline:RealPoints", summary="points of the mixture itself"
    )
    yield Component(
        kind="application",
        name="draw-points",
        target="sparring_mixtures.points:DrawPoints",
        summary="draws points, as a table and as a picture",
        requires=("matplotlib",),
        extra="images",
    )


def _metric(name: str, noun: str, summary: str) -> Component:
    return Component(kind="metric", name=name, target=f"sparring_mixtures.metrics:{noun}", summary=summary, source=VEEGAN)
