"""Relativistic losses at scores where their value is known, and over processes that each hold a part of the batch."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import pytest
import torch
from accelerate import debug_launcher
from safetensors.torch import load_file, save_file
from torch import Tensor

from sparring import AdversarialLoss
from sparring_objectives.began import Equilibrium
from sparring_objectives.relativistic import RelativisticAverage, RelativisticPairing

Form = Literal["bce", "least-squares", "hinge"]
LOSSES = [RelativisticPairing(), *(RelativisticAverage(form=form) for form in ("bce", "least-squares", "hinge"))]
NAMES = ["pairing", "bce", "least-squares", "hinge"]
SHAPES = [(8,), (8, 1), (8, 1, 3, 2)]


@pytest.mark.parametrize(("loss", "value"), list(zip(LOSSES, [math.log(2), math.log(2), 1.0, 1.0], strict=True)), ids=NAMES)
def test_scores_that_are_all_the_same_cost_both_players_the_same(loss: AdversarialLoss, value: float) -> None:
    scores = torch.full((4, 1), 3.0)

    assert loss.discriminator(scores, scores).item() == pytest.approx(value)
    assert loss.generator(scores, scores).item() == pytest.approx(value)


@pytest.mark.parametrize("loss", LOSSES, ids=NAMES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_constant_added_to_all_scores_changes_nothing(loss: AdversarialLoss, shape: tuple[int, ...]) -> None:
    real, fake = torch.randn(2, *shape)

    torch.testing.assert_close(loss.discriminator(real + 7, fake + 7), loss.discriminator(real, fake), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(loss.generator(fake + 7, real + 7), loss.generator(fake, real), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("loss", LOSSES, ids=NAMES)
def test_the_generator_plays_the_discriminators_game_with_the_sides_swapped(loss: AdversarialLoss) -> None:
    real, fake = torch.randn(2, 8, 1)

    assert loss.relativistic
    assert loss.threshold is None
    torch.testing.assert_close(loss.generator(fake, real), loss.discriminator(fake, real))


def test_pairs_are_compared_at_their_place() -> None:
    real, fake = torch.tensor([2.0, -1.0]), torch.tensor([0.0, 3.0])

    value = RelativisticPairing().discriminator(real, fake)

    assert value.item() == pytest.approx((math.log1p(math.exp(-2)) + math.log1p(math.exp(4))) / 2)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("form", ["bce", "least-squares", "hinge"])
def test_averages_are_the_papers(form: Form, shape: tuple[int, ...]) -> None:
    real, fake = torch.randn(2, *shape)
    over_fake, over_real = real - fake.mean(), fake - real.mean()
    against = torch.nn.functional.binary_cross_entropy_with_logits
    papers = {
        "bce": against(over_fake, torch.ones(shape)) + against(over_real, torch.zeros(shape)),
        "least-squares": (over_fake - 1).square().mean() + (over_real + 1).square().mean(),
        "hinge": (1 - over_fake).clamp(min=0).mean() + (1 + over_real).clamp(min=0).mean(),
    }

    torch.testing.assert_close(RelativisticAverage(form=form).discriminator(real, fake), papers[form] / 2)


def test_a_relativistic_discriminator_is_right_about_pairs() -> None:
    real, fake = torch.tensor([5.0, 7.0, 1.0, 2.0]), torch.tensor([4.0, 6.0, 2.0, 2.0])

    assert RelativisticAverage().measure(real, fake)["accuracy"].item() == pytest.approx(2.5 / 4)


def _played(real: Tensor, fake: Tensor) -> dict[str, Tensor]:
    """What this process gets from its part of the batch: losses and gradients of a gain that all scores share, and BEGAN's state."""
    results = {}
    for name, loss in zip(NAMES, LOSSES, strict=True):
        gain = torch.ones((), requires_grad=True)
        value = loss.discriminator(gain * real, gain * fake) + loss.generator(gain * fake, real)
        results[name] = torch.stack([value.detach(), *torch.autograd.grad(value, gain)])
    balance = Equilibrium(rate=0.1)
    balance.discriminator(real.abs(), fake.abs() / 10)
    measured = balance.measure(real.abs(), fake.abs() / 10)
    return {**results, "k": balance.k, "convergence": measured["convergence"]}


def _half(folder: str) -> None:
    torch.set_num_threads(1)
    rank = torch.distributed.get_rank()
    scores = load_file(Path(folder) / "scores.safetensors")
    save_file(_played(scores["real"].chunk(2)[rank], scores["fake"].chunk(2)[rank]), Path(folder) / f"{rank}.safetensors")


def test_two_processes_at_half_the_batch_play_the_game_of_one(tmp_path: Path) -> None:
    real, fake = torch.randn(2, 8, generator=torch.Generator().manual_seed(1))
    save_file({"real": real, "fake": fake}, tmp_path / "scores.safetensors")

    debug_launcher(_half, args=(str(tmp_path),), num_processes=2)

    first, second = (load_file(tmp_path / f"{rank}.safetensors") for rank in range(2))
    assert torch.equal(first["k"], second["k"])
    for name, whole in _played(real, fake).items():  # data-parallel training averages the gradients of processes
        torch.testing.assert_close((first[name] + second[name]) / 2, whole, msg=name)
