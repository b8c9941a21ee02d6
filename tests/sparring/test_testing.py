"""`check_plugin` says what is wrong with a plugin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from sparring import Component, Contest, Loss, PluginError, Regularizer, Task, hookimpl, tensor
from sparring.plugins.builtin import Builtin
from sparring.testing import check_plugin


class Good(Loss):
    """A loss as it should be."""

    def __init__(self, *, margin: float = 1, orders: tuple[int, ...] = (1, 2)) -> None:
        super().__init__()

    def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
        return tensors[0].mean()


class Careless(Good):
    """A loss whose options cannot be checked."""

    def __init__(self, weight: float, margin: float = None, power=2) -> None:  # type: ignore[assignment]  # noqa: RUF013
        super().__init__()


class Unwritten(Regularizer):
    """A regularizer without a face."""


class Tensorless(Task):
    """A task without tensors."""


class Miswired(Task):
    """A task whose contest names a tensor that it does not have."""

    contests = (Contest(real="real_score", fake="fake_scores", judged=("real", "fake")),)

    @tensor
    def real_score(self, discriminator: nn.Module, real: torch.Tensor) -> torch.Tensor:
        return discriminator(real)


class Brings:
    """A plugin with one component."""

    def __init__(self, kind: str, target: str) -> None:
        self.component = Component(kind=kind, name="mine", target=f"{__name__}:{target}", summary="mine")  # type: ignore[arg-type]

    @hookimpl
    def sparring_components(self) -> Iterator[Component]:
        yield self.component


def test_a_good_plugin_passes() -> None:
    check_plugin(Brings("loss", "Good"))


def test_cores_own_components_pass() -> None:
    check_plugin(Builtin())


@pytest.mark.parametrize(
    ("kind", "target", "faults"),
    [
        ("network", "check_plugin", "network 'mine': check_plugin is not a subclass of Module"),
        ("regularizer", "Good", "regularizer 'mine': Good is not a subclass of Regularizer"),
        ("regularizer", "Unwritten", "regularizer 'mine': Unwritten writes none of penalty, project, reparametrize"),
        ("schedule", "Good", "schedule 'mine': Good is not a function whose first parameter is 'step'"),
        ("task", "Tensorless", "task 'mine': Tensorless has no method marked with @tensor"),
        ("task", "Miswired", "task 'mine': a contest of Miswired names 'fake_scores', which is no tensor of it"),
        (
            "loss",
            "Careless",
            "loss 'mine': the option 'weight' has the name of a key that recipes keep for themselves\n"
            "loss 'mine': the default of 'margin', None, is not float\n"
            "loss 'mine': the option 'power' has no annotation, so that any value would pass",
        ),
    ],
)
def test_a_breach_of_contract_is_a_sentence(kind: str, target: str, faults: str) -> None:
    with pytest.raises(PluginError) as caught:
        check_plugin(Brings(kind, target))

    assert str(caught.value) == faults


def test_a_target_that_is_not_there_is_named() -> None:
    with pytest.raises(PluginError, match=r"loss 'mine': '.*:Absent' cannot be imported: AttributeError"):
        check_plugin(Brings("loss", "Absent"))
