"""Spectral norm: every layer's largest singular value is one."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sparring import RecipeError
from sparring_objectives.spectral_norm import SpectralNorm


def largest(weight: torch.Tensor, *, outputs: int = 0) -> float:
    return float(torch.linalg.matrix_norm(weight.detach().movedim(outputs, 0).flatten(1), ord=2))


def test_a_diagonal_of_three_and_one_is_divided_by_three() -> None:
    layer = nn.Linear(2, 2, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.diag(torch.tensor([3.0, 1.0])))

    SpectralNorm().reparametrize(layer)

    torch.testing.assert_close(layer.weight, torch.diag(torch.tensor([1.0, 1 / 3])))


def test_a_kernel_of_one_number_becomes_its_sign() -> None:
    layer = nn.Conv2d(1, 1, 1)
    nn.init.constant_(layer.weight, -5.0)

    SpectralNorm().reparametrize(layer)

    assert layer.weight.item() == pytest.approx(-1)


def test_layers_of_all_kinds_are_normalized_wherever_they_stand() -> None:
    layers = (nn.Linear(5, 4), nn.Conv1d(2, 3, 3), nn.Conv2d(2, 3, 3), nn.Conv3d(1, 2, 3), nn.Embedding(6, 4))
    network = nn.Sequential(layers[0], nn.ModuleList(layers[1:]))

    SpectralNorm(n_power_iterations=50).reparametrize(network)

    for layer in layers:
        assert largest(layer.weight) == pytest.approx(1, abs=1e-3)


def test_transposed_convolutions_have_their_outputs_second() -> None:
    layer = nn.ConvTranspose2d(3, 5, 4)

    SpectralNorm(n_power_iterations=50).reparametrize(layer)

    assert largest(layer.weight, outputs=1) == pytest.approx(1, abs=1e-3)


def test_gradients_know_of_the_division() -> None:
    layer = nn.Linear(2, 2, bias=False)
    SpectralNorm(n_power_iterations=50).reparametrize(layer)

    (3 * layer.weight.square().sum()).backward()

    original = layer.parametrizations["weight"].original  # type: ignore[index]
    assert (original.grad * original).sum().item() == pytest.approx(0, abs=1e-3)  # its length makes no difference


def test_a_layer_is_normalized_once() -> None:
    layer = nn.Linear(2, 2)
    SpectralNorm().reparametrize(layer)

    SpectralNorm().reparametrize(layer)

    assert len(layer.parametrizations["weight"]) == 1  # type: ignore[index,arg-type]


def test_a_network_without_layers_is_refused() -> None:
    with pytest.raises(RecipeError, match="spectral-norm: Flatten has no linear, convolutional or embedding layer"):
        SpectralNorm().reparametrize(nn.Flatten())


def test_no_iteration_is_refused() -> None:
    with pytest.raises(ValueError, match="n_power_iterations is 0, but following a singular value takes at least 1"):
        SpectralNorm(n_power_iterations=0)
