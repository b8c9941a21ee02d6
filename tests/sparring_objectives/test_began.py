"""BEGAN's controller, step by step as in the paper."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sparring_objectives.began import Equilibrium


def errors(*values: float) -> Tensor:
    return torch.tensor(values, requires_grad=True)


def test_a_turn_moves_k_by_the_rate_times_the_imbalance() -> None:
    loss = Equilibrium(gamma=0.5, rate=0.001)
    real, fake = errors(0.5, 1.5), errors(0.3, 0.3)

    loss.discriminator(real, fake)

    assert loss.k.item() == pytest.approx(0.0002)
    assert loss.measure(real, fake)["k"].item() == pytest.approx(0.0002)
    assert loss.measure(real, fake)["convergence"].item() == pytest.approx(1.2)


def test_the_discriminator_begins_as_a_plain_autoencoder() -> None:
    real, fake = errors(1.0, 2.0), errors(0.3, 0.5)

    value = Equilibrium().discriminator(real, fake)
    to_real, to_fake = torch.autograd.grad(value, (real, fake))

    assert value.item() == 1.5
    torch.testing.assert_close(to_real, torch.full((2,), 0.5))
    assert not to_fake.any()


def test_the_gradient_of_a_turn_is_that_of_the_k_it_was_played_with() -> None:
    loss = Equilibrium(rate=0.5)
    loss.k.fill_(0.25)
    real, fake = errors(1.0, 1.0), errors(0.2, 0.2)

    (to_fake,) = torch.autograd.grad(loss.discriminator(real, fake), fake)

    assert loss.k.item() == pytest.approx(0.25 + 0.5 * 0.3)
    torch.testing.assert_close(to_fake, torch.full((2,), -0.25 / 2))


@pytest.mark.parametrize(("fake", "bound"), [(0.0, 1.0), (9.0, 0.0)])
def test_k_never_leaves_zero_to_one(fake: float, bound: float) -> None:
    loss = Equilibrium(rate=0.4)

    for _ in range(8):
        loss.discriminator(errors(1.0), errors(fake))
        assert 0 <= loss.k.item() <= 1

    assert loss.k.item() == bound


def test_looking_on_leaves_the_balance_as_it_is() -> None:
    loss = Equilibrium()
    real, fake = errors(1.0), errors(0.3)

    with torch.no_grad():
        loss.discriminator(real, fake)
    loss.eval().discriminator(real, fake)
    loss.train().generator(fake, None)
    loss.measure(real, fake)

    assert loss.k.item() == 0


def test_the_generator_lowers_the_error_of_its_samples() -> None:
    assert Equilibrium().generator(errors(0.2, 0.6), None).item() == pytest.approx(0.4)


def test_a_pair_is_told_apart_where_the_real_is_rebuilt_better() -> None:
    real, fake = errors(0.1, 0.2, 0.5, 0.3), errors(0.2, 0.9, 0.4, 0.3)

    assert Equilibrium().measure(real, fake)["accuracy"].item() == pytest.approx(2.5 / 4)


def test_checkpoints_hold_k() -> None:
    before, after = Equilibrium(), Equilibrium()
    before.discriminator(errors(1.0), errors(0.3))

    after.load_state_dict(before.state_dict())

    assert after.k.item() == before.k.item() > 0


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"gamma": 0.0}, "gamma is the ratio of errors to hold, above 0 and at most 1 .* but is 0"),
        ({"gamma": 1.5}, "gamma is the ratio of errors to hold, above 0 and at most 1 .* but is 1.5"),
        ({"rate": -1.0}, "rate is how fast k follows the imbalance, 0 or more .* but is -1"),
    ],
)
def test_options_that_cannot_balance_are_refused(options: dict[str, float], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Equilibrium(**options)
