"""Weight clipping puts weights back into their box."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sparring_objectives.weight_clipping import WeightClipping


def test_weights_outside_of_the_bound_come_back_to_it_and_others_stay() -> None:
    network = nn.Linear(3, 1)
    with torch.no_grad():
        network.weight.copy_(torch.tensor([[-0.5, 0.004, 0.5]]))
        network.bias.fill_(-2)

    WeightClipping().project({"critic": network})

    assert network.weight.tolist() == [pytest.approx([-0.01, 0.004, 0.01])]
    assert network.bias.tolist() == pytest.approx([-0.01])
    assert network.weight.requires_grad


def test_it_only_projects() -> None:
    clipping = WeightClipping()

    assert [face for face in ("penalty", "project", "reparametrize") if clipping.has(face)] == ["project"]


def test_a_bound_that_leaves_no_weights_is_refused() -> None:
    with pytest.raises(ValueError, match=r"bound is 0, which leaves no weights; the paper's is 0\.01"):
        WeightClipping(bound=0)
