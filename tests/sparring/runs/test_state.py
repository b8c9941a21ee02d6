"""Optimizers and networks come back bit for bit from safetensors and JSON, or the error names both sides."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim import LBFGS, SGD, Adagrad, Adam, AdamW, NAdam, Optimizer, RAdam, RMSprop

from sparring.errors import CheckpointError
from sparring.runs.state import flatten_optimizer, load_named, restore_optimizer, storable

OPTIMIZERS: dict[str, Callable[[Iterable[nn.Parameter]], Optimizer]] = {
    "adam": lambda parameters: Adam(parameters, lr=2e-4, betas=(0.5, 0.999)),
    "adam-fused": lambda parameters: Adam(parameters, lr=2e-4, fused=True),
    "adam-foreach": lambda parameters: Adam(parameters, lr=2e-4, foreach=True),
    "adam-lr-tensor": lambda parameters: Adam(parameters, lr=torch.tensor(2e-4)),
    "adamw-amsgrad": lambda parameters: AdamW(parameters, lr=1e-3, amsgrad=True, weight_decay=0.1),
    "sgd": lambda parameters: SGD(parameters, lr=0.1),
    "sgd-momentum": lambda parameters: SGD(parameters, lr=0.1, momentum=0.9, nesterov=True),
    "sgd-momentum-fused": lambda parameters: SGD(parameters, lr=0.1, momentum=0.9, fused=True),
    "rmsprop": lambda parameters: RMSprop(parameters, lr=1e-3, momentum=0.9, centered=True),
    "nadam": lambda parameters: NAdam(parameters, lr=1e-3),
    "adagrad": lambda parameters: Adagrad(parameters, lr=0.1),
    "radam": lambda parameters: RAdam(parameters, lr=1e-3),
}


DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU"))]


def built(kind: str, device: str = "cpu") -> tuple[nn.Module, Optimizer, list[str]]:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(2, 3, 3), nn.Flatten(), nn.Linear(27, 2)).to(device).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    return net, OPTIMIZERS[kind](net.parameters()), [f"generator.{name}" for name, _ in net.named_parameters()]


def train(net: nn.Module, optimizer: Optimizer, steps: range) -> None:
    for step in steps:
        draw = torch.Generator().manual_seed(step)
        for parameter in net.parameters():
            parameter.grad = torch.empty_like(parameter).copy_(torch.randn(parameter.shape, generator=draw))
        optimizer.step()


def through_files(folder: Path, tensors: dict[str, Tensor], scalars: dict) -> tuple[dict[str, Tensor], dict]:
    save_file(storable(tensors), folder / "optimizer.safetensors")
    return load_file(folder / "optimizer.safetensors"), json.loads(json.dumps(scalars))


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("before", [0, 3], ids=["before-the-first-step", "after-three-steps"])
def test_a_restored_optimizer_goes_on_bit_for_bit(kind: str, before: int, device: str, tmp_path: Path) -> None:
    straight, optimizer, names = built(kind, device)
    train(straight, optimizer, range(before))
    stored = through_files(tmp_path, *flatten_optimizer(optimizer, names))
    weights = {name: tensor.clone() for name, tensor in straight.state_dict().items()}
    train(straight, optimizer, range(before, before + 3))

    resumed, other, _ = built(kind, device)
    train(resumed, other, range(7, 9))
    load_named(resumed, weights, "network 'generator'")
    restore_optimizer(other, names, *stored)
    train(resumed, other, range(before, before + 3))

    assert all(torch.equal(own, resumed.state_dict()[name]) for name, own in straight.state_dict().items())


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_restored_state_has_the_types_devices_and_layouts_that_the_optimizer_makes(kind: str, device: str, tmp_path: Path) -> None:
    net, optimizer, names = built(kind, device)
    train(net, optimizer, range(2))
    stored = through_files(tmp_path, *flatten_optimizer(optimizer, names))
    twin, other, _ = built(kind, device)

    restore_optimizer(other, names, *stored)

    for own, restored in zip(net.parameters(), twin.parameters(), strict=True):
        for key, value in optimizer.state[own].items():
            found = other.state[restored][key]
            assert type(found) is type(value)
            if isinstance(value, Tensor):
                assert (found.dtype, found.device, found.stride()) == (value.dtype, value.device, value.stride())
    for own, restored in zip(optimizer.param_groups, other.param_groups, strict=True):
        assert {key: type(value) for key, value in restored.items()} == {key: type(value) for key, value in own.items()}


def test_tensors_are_called_after_their_parameter() -> None:
    net, optimizer, names = built("adam")
    train(net, optimizer, range(1))

    tensors, scalars = flatten_optimizer(optimizer, names)

    assert "generator.0.weight/exp_avg" in tensors
    assert scalars["groups"][0]["options"]["betas"] == [0.5, 0.999]


def test_groups_keep_their_own_options(tmp_path: Path) -> None:
    net, _, names = built("adam")
    first, *rest = net.parameters()
    optimizer = Adam([{"params": [first], "lr": 0.1}, {"params": rest, "lr": 1 / 3}])
    stored = through_files(tmp_path, *flatten_optimizer(optimizer, names))
    other = Adam([{"params": [first]}, {"params": rest}])

    restore_optimizer(other, names, *stored)

    assert [group["lr"] for group in other.param_groups] == [0.1, 1 / 3]


def test_the_living_optimizer_chooses_how_it_computes() -> None:
    net, optimizer, names = built("adam-fused")
    train(net, optimizer, range(1))
    stored = flatten_optimizer(optimizer, names)
    _, other, _ = built("adam")

    restore_optimizer(other, names, *stored)

    assert not other.param_groups[0]["fused"]


def test_a_parameter_that_is_missing_or_of_another_shape_names_both_sides_and_changes_nothing() -> None:
    net, optimizer, names = built("adam")
    train(net, optimizer, range(1))
    tensors, scalars = flatten_optimizer(optimizer, names)
    wider = nn.Sequential(nn.Conv2d(2, 4, 3), nn.Flatten())
    other = Adam(wider.parameters(), lr=1.0)

    with pytest.raises(CheckpointError) as raised:
        restore_optimizer(other, ["generator.0.weight", "critic.0.bias"], tensors, scalars)

    assert str(raised.value) == (
        "the parameters of Adam and the checkpoint do not fit together:\n"
        "  not in the checkpoint: 'critic.0.bias'\n"
        "  only in the checkpoint: 'generator.0.bias', 'generator.2.bias', 'generator.2.weight'\n"
        "  'generator.0.weight' is (3, 2, 3, 3) in the checkpoint and (4, 2, 3, 3) here"
    )
    assert other.param_groups[0]["lr"] == 1.0
    assert not other.state


def test_the_state_of_another_kind_of_optimizer_is_refused() -> None:
    _, adam, names = built("adam")
    _, rmsprop, _ = built("rmsprop")

    with pytest.raises(CheckpointError, match="the checkpoint holds the state of 'Adam', the recipe builds 'RMSprop'"):
        restore_optimizer(rmsprop, names, *flatten_optimizer(adam, names))


def test_parameters_in_another_order_are_found_by_name() -> None:
    net, optimizer, names = built("adam")
    train(net, optimizer, range(2))
    backwards = Adam(reversed(list(net.parameters())))

    restore_optimizer(backwards, names[::-1], *flatten_optimizer(optimizer, names))

    assert all(torch.equal(backwards.state[own]["exp_avg"], optimizer.state[own]["exp_avg"]) for own in net.parameters())


def test_another_division_into_groups_is_refused() -> None:
    net, optimizer, names = built("adam")
    other = Adam([{"params": [parameter]} for parameter in net.parameters()])

    with pytest.raises(CheckpointError, match="divides the parameters of Adam into the groups"):
        restore_optimizer(other, names, *flatten_optimizer(optimizer, names))


def test_an_optimizer_that_keeps_more_than_tensors_and_numbers_is_refused() -> None:
    weight = nn.Parameter(torch.ones(2))
    optimizer = LBFGS([weight])
    optimizer.step(lambda: loss_of(weight))

    with pytest.raises(CheckpointError) as raised:
        flatten_optimizer(optimizer, ["weight"])

    assert str(raised.value) == "LBFGS keeps a list in 'weight/al', which cannot be saved: choose another optimizer"


def loss_of(weight: nn.Parameter) -> float:
    loss = (weight**4).sum()
    loss.backward()
    return loss.item()


def test_a_network_is_filled_by_name_and_the_error_tells_all_differences() -> None:
    stored = {"0.weight": torch.zeros(3, 2, 3, 3, dtype=torch.float64), "0.bias": torch.zeros(4), "1.bias": torch.zeros(1)}

    with pytest.raises(CheckpointError) as raised:
        load_named(nn.Sequential(nn.Conv2d(2, 3, 3), nn.Linear(1, 1, bias=False)), stored, "network 'generator'")

    assert str(raised.value) == (
        "network 'generator' and the checkpoint do not fit together:\n"
        "  not in the checkpoint: '1.weight'\n"
        "  only in the checkpoint: '1.bias'\n"
        "  '0.bias' is ((4,), 'torch.float32') in the checkpoint and ((3,), 'torch.float32') here\n"
        "  '0.weight' is ((3, 2, 3, 3), 'torch.float64') in the checkpoint and ((3, 2, 3, 3), 'torch.float32') here"
    )


def test_tied_and_strided_tensors_survive_the_file(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    net[1].weight = net[0].weight
    net.register_buffer("turned", torch.arange(6.0).view(2, 3).T)
    net.register_buffer("spread", torch.ones(1).expand(4))
    save_file(storable(net.state_dict()), tmp_path / "network.safetensors")
    other = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    other[1].weight = other[0].weight
    other.register_buffer("turned", torch.zeros(3, 2))
    other.register_buffer("spread", torch.zeros(4))

    load_named(other, load_file(tmp_path / "network.safetensors"), "network 'tied'")

    assert all(torch.equal(own, other.state_dict()[name]) for name, own in net.state_dict().items())
    assert other[1].weight is other[0].weight
