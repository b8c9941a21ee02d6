"""A plugin for sparring in one module: a loss that recipes can name `charbonnier`."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor

from sparring import Component, Loss, hookimpl


class Charbonnier(Loss):
    """A differentiable L1: the mean of sqrt((x - y)² + ε²) (Charbonnier et al. 1994)."""

    def __init__(self, *, epsilon: float = 1e-3) -> None:
        super().__init__()
        self.epsilon = epsilon

    def forward(self, *tensors: Tensor) -> Tensor:
        """Two tensors of one shape in, a scalar out; ε where they are equal."""
        ours, theirs = tensors
        return ((ours - theirs).square() + self.epsilon**2).sqrt().mean()


@hookimpl
def sparring_components() -> Iterable[Component]:
    yield Component(
        kind="loss",
        name="charbonnier",
        target="sparring_hello:Charbonnier",
        summary="mean absolute difference, smooth where it is zero",
        source="Charbonnier et al. 1994",
    )
