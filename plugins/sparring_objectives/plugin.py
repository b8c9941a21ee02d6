"""What this plugin brings: losses and regularizers for any domain."""

from __future__ import annotations

from collections.abc import Iterable

from sparring import Component, hookimpl


@hookimpl
def sparring_components() -> Iterable[Component]:
    yield Component(
        kind="loss",
        name="lsgan",
        target="sparring_objectives.losses:LeastSquares",
        summary="least squares on the scores: real towards 1, fake towards 0",
        source="Mao et al. 2017, arXiv 1611.04076",
    )
    yield Component(
        kind="loss",
        name="wasserstein",
        target="sparring_objectives.losses:Wasserstein",
        summary="difference of the mean scores, for a critic that a regularizer keeps Lipschitz",
        source="Arjovsky et al. 2017, arXiv 1701.07875",
    )
    yield Component(kind="loss", name="l1", target="sparring_objectives.losses:L1", summary="mean absolute difference of two tensors")
    yield Component(kind="loss", name="l2", target="sparring_objectives.losses:L2", summary="mean squared difference of two tensors")
    yield Component(
        kind="regularizer",
        name="gradient-penalty",
        target="sparring_objectives.gradient_penalty:GradientPenalty",
        summary="pulls the critic's slope towards one between real and fake samples",
        source="Gulrajani et al. 2017, arXiv 1704.00028",
    )
