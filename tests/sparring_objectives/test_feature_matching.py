"""Feature matching: which features, which means, and who learns from them."""

from __future__ import annotations

import pytest
import torch
from judging import CONTEST, round_of
from torch import Tensor, nn

from sparring import RecipeError
from sparring_objectives.feature_matching import FeatureMatching
from sparring_objectives.spectral_norm import SpectralNorm


def critic() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1))


def samples() -> tuple[Tensor, Tensor]:
    return torch.randn(6, 4), 2 + torch.randn(6, 4)


@pytest.mark.parametrize("difference", ["mean-square", "mean-absolute"])
@pytest.mark.parametrize(("layer", "depth"), [(None, 2), ("0", 1), ("1", 2)])
def test_the_means_of_the_named_features_are_compared_by_default_those_before_the_last_layer(
    difference: str, layer: str | None, depth: int
) -> None:
    network = critic()
    real, fake = samples()
    apart = (network[:depth](fake).mean(0) - network[:depth](real).mean(0)).detach()

    paid = FeatureMatching(difference=difference, layer=layer).penalty(round_of(network, real=real, fake=fake), CONTEST)  # type: ignore[arg-type]

    assert paid.item() == pytest.approx((apart.square() if difference == "mean-square" else apart.abs()).mean().item())


def test_the_same_batch_in_another_order_costs_nothing() -> None:
    real, _ = samples()

    paid = FeatureMatching().penalty(round_of(critic(), real=real, fake=real.flip(0)), CONTEST)

    assert paid.item() == pytest.approx(0, abs=1e-10)


def test_whoever_made_the_fake_learns_and_the_real_is_left_alone() -> None:
    real, fake = (sample.requires_grad_() for sample in samples())

    FeatureMatching().penalty(round_of(critic(), real=real, fake=fake), CONTEST).backward()

    assert fake.grad is not None
    assert fake.grad.abs().sum() > 0
    assert real.grad is None


def test_scores_that_are_known_already_are_computed_again() -> None:
    real, fake = samples()
    round = round_of(critic(), real=real, fake=fake)
    _ = round["real_score"], round["fake_score"]

    assert FeatureMatching().penalty(round, CONTEST).item() > 0


def test_the_last_layer_is_the_one_that_runs_last() -> None:
    class Reversed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head, self.trunk = nn.Linear(3, 1), nn.Linear(4, 3)

        def forward(self, sample: Tensor) -> Tensor:
            return self.head(self.trunk(sample))

    network = Reversed()
    SpectralNorm().reparametrize(network)
    network.eval()
    real, fake = samples()
    apart = (network.trunk(fake).mean(0) - network.trunk(real).mean(0)).detach()

    paid = FeatureMatching().penalty(round_of(network, real=real, fake=fake), CONTEST)

    assert paid.item() == pytest.approx(apart.square().mean().item())


def test_no_hook_stays_behind() -> None:
    network = critic()
    real, fake = samples()

    FeatureMatching().penalty(round_of(network, real=real, fake=fake), CONTEST)
    FeatureMatching(layer="1").penalty(round_of(network, real=real, fake=fake), CONTEST)

    assert not any(module._forward_hooks or module._forward_pre_hooks for module in network.modules())


def test_a_layer_that_is_not_there_is_refused_with_those_that_are() -> None:
    real, fake = samples()
    round = round_of(critic(), real=real, fake=fake)

    with pytest.raises(RecipeError, match=r"no judging network has a layer 'head'; 'critic' has \['0', '1', '2'\]"):
        FeatureMatching(layer="head").penalty(round, CONTEST)


def test_a_critic_without_layers_is_refused() -> None:
    real, fake = samples()
    round = round_of(nn.Flatten(), real=real, fake=fake)

    with pytest.raises(RecipeError, match="no linear or convolutional layer is run when 'real_score' is computed; name a layer"):
        FeatureMatching().penalty(round, CONTEST)
