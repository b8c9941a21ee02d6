"""The signature of a target is its configuration."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import torch
from annotated_types import Gt
from torch import Tensor, nn

from sparring import PluginError
from sparring.recipe.signature import BindingError, bind, defaults, given, load, parameters


class Network(nn.Module):
    """Every sort of option that a component may have."""

    def __init__(
        self,
        width: int,
        kernels: tuple[int, ...] = (31,),
        *,
        betas: tuple[float, float] = (0.5, 0.9),
        padding: Literal["zeros", "reflect"] = "zeros",
        slope: Annotated[float, Gt(0)] = 0.2,
        root: Path | None = None,
        window: Tensor | None = None,
        exotic: Unheard = None,  # type: ignore[name-defined]
    ) -> None:
        super().__init__()


def test_values_become_what_the_annotations_say() -> None:
    bound = bind(Network, {"width": 3, "kernels": [31, 15], "betas": [0, 1], "root": "speech", "exotic": {"any": "thing"}})

    assert bound == {"width": 3, "kernels": (31, 15), "betas": (0.0, 1.0), "root": Path("speech"), "exotic": {"any": "thing"}}
    assert type(bound["betas"][0]) is float


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "width: 'width' has to be given: a whole number"),
        ({"width": 3, "widht": 4}, "widht: there is no option 'widht'\n  did you mean 'width'?"),
        ({"width": True}, "width: must be a whole number, but is true"),
        ({"width": 3.0}, "width: must be a whole number, but is 3.0"),
        ({"width": 3, "slope": "1e-4"}, "slope: must be a number, but is the text '1e-4'"),
        ({"width": 3, "slope": -1}, "slope: should be greater than 0, but is -1"),
        ({"width": 3, "kernels": [31, 1.5]}, "kernels: must be a list of whole numbers, but is [31, 1.5]"),
        ({"width": 3, "betas": [0.5]}, "betas: must be a list of 2 numbers, but is [0.5]"),
        ({"width": 3, "root": 3}, "root: must be a path or null, but is 3"),
        (
            {"width": 3, "padding": "refelct"},
            "padding: must be one of 'zeros', 'reflect', but is the text 'refelct'\n  did you mean 'reflect'?",
        ),
    ],
)
def test_an_option_that_does_not_fit_is_said_in_plain_words(options: dict[str, Any], text: str) -> None:
    with pytest.raises(BindingError) as caught:
        bind(Network, options)

    assert str(caught.value) == text


def test_all_faults_are_said_at_once() -> None:
    with pytest.raises(BindingError) as caught:
        bind(Network, {"slope": "a", "betas": 3, "nothing": 1})

    assert [fault.option for fault in caught.value.faults] == ["slope", "betas", "nothing", "width"]


@pytest.mark.parametrize("name", ["Adam", "AdamW", "RMSprop", "SGD", "Adagrad", "NAdam", "RAdam", "Adamax", "Adadelta"])
def test_torchs_own_optimizers_are_read_without_their_tensors(name: str) -> None:
    optimizer = getattr(torch.optim, name)

    assert given("optimizer", optimizer) == ("params",)
    assert bind(optimizer, {"lr": 1}, given=["params"]) == {"lr": 1.0}
    with pytest.raises(BindingError, match="lr: must be a number, but is the text '1e-4'"):
        bind(optimizer, {"lr": "1e-4"}, given=["params"])


def test_what_the_engine_gives_is_no_option() -> None:
    with pytest.raises(BindingError, match="there is no option 'params'"):
        bind(torch.optim.SGD, {"params": []}, given=["params"])


def test_parameters_describe_themselves() -> None:
    first, *_, last = parameters(Network)

    assert (first.name, first.type, first.required) == ("width", "int", True)
    assert (last.type, last.kind, last.default, last.required) == ("Unheard", Any, None, False)
    assert defaults(Network)["kernels"] == (31,)
    assert first.default is inspect.Parameter.empty


def test_a_target_that_cannot_be_imported_says_why() -> None:
    with pytest.raises(PluginError) as caught:
        load("sparring.errors:Eror")

    assert str(caught.value) == (
        "'sparring.errors:Eror' cannot be imported: AttributeError: module 'sparring.errors' has no attribute 'Eror'"
    )
