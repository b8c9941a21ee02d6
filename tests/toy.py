"""A game small enough to be played thousands of times in a test: points on a line that a generator moves to where the real ones are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from sparring import (
    AdversarialLoss,
    Application,
    Baseline,
    Component,
    Contest,
    Data,
    Example,
    Loss,
    Metric,
    Report,
    Split,
    Task,
    hookimpl,
    tensor,
)
from sparring.component import Kind

Points = Float[Tensor, "batch 4"]


class ToyTask(Task):
    contests: ClassVar[tuple[Contest, ...]] = (Contest(real="real_score", fake="fake_score", judged=("real", "fake")),)
    applications: ClassVar[tuple[str, ...]] = ("toy-application",)
    forwards: ClassVar[int] = 0

    @tensor
    def fake(self, generator: nn.Module, condition: Points, noise: Any) -> Points:
        ToyTask.forwards += 1
        return generator(condition + 0.1 * noise.normal(4))

    @tensor
    def real_score(self, discriminator: nn.Module, real: Points, condition: Points) -> Tensor:
        return discriminator(torch.cat([real, condition], 1))

    @tensor
    def fake_score(self, discriminator: nn.Module, fake: Points, condition: Points) -> Tensor:
        return discriminator(torch.cat([fake, condition], 1))


class ToyData(Data):
    fields: ClassVar[tuple[str, ...]] = ("real", "condition")

    def __init__(self, *, length: int = 10, broken_at: int | None = None) -> None:
        self.length, self.broken_at = length, broken_at

    def __len__(self) -> int:
        return self.length

    def sample(self, index: int, draw: np.random.Generator) -> Mapping[str, Tensor]:
        condition = torch.full((4,), float(index)) / self.length
        real = 2 * condition + torch.from_numpy(draw.normal(size=4)).float() / 10
        return {"real": real * (np.nan if index == self.broken_at else 1), "condition": condition}

    def examples(self, split: Split) -> Sequence[Example]:
        return [ToyExample(f"{split}-{number}", torch.full((4,), number / 5), conditions={"parity": number % 2}) for number in range(5)]

    def fingerprint(self) -> str:
        return f"toy-{self.length}"

    def describe(self) -> str:
        return f"{self.length} toy points"


@dataclass(frozen=True)
class ToyExample(Example):
    condition: Tensor


class Narrow(nn.Module):
    """Two layers without batch statistics, so that two processes can equal one."""

    def __init__(self, *, inputs: int = 4, outputs: int = 4, width: int = 8, dropout: float = 0.0, spare: bool = False) -> None:
        super().__init__()
        self.spare = nn.Parameter(torch.zeros(1)) if spare else None
        self.layers = nn.Sequential(nn.Linear(inputs, width), nn.LeakyReLU(0.2), nn.Dropout(dropout), nn.Linear(width, outputs))

    def forward(self, points: Tensor) -> Tensor:
        return self.layers(points)


class ToyAdversarial(AdversarialLoss):
    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return (real - 1).square().mean() / 2 + fake.square().mean() / 2

    def generator(self, fake: Tensor, real: Any) -> Tensor:
        return (fake - 1).square().mean() / 2


class ToyDistance(Loss):
    def forward(self, *tensors: Tensor) -> Tensor:
        one, other = tensors
        return (one - other).abs().mean()


class ToyApplication(Application):
    def apply(self, inputs: Sequence[str | Path], output: str | Path, *, offset: float = 0.0) -> Report:
        return Report()

    def answer(self, example: Example) -> Tensor:
        assert isinstance(example, ToyExample)
        return self.trained.networks["generator"](example.condition[None])[0]


class ToyError(Metric):
    higher_is_better = False

    def score(self, output: Tensor, example: Example) -> float:
        assert isinstance(example, ToyExample)
        return float((output - 2 * example.condition).abs().mean())

    def protocol(self) -> Mapping[str, str]:
        return {"definition": "mean absolute error"}


class ToyZero(Baseline):
    def answer(self, example: Example) -> Tensor:
        return torch.zeros(4)


@hookimpl
def sparring_components() -> Iterable[Component]:
    named: dict[tuple[Kind, str], str] = {
        ("task", "toy"): "ToyTask",
        ("data", "toy-points"): "ToyData",
        ("network", "narrow"): "Narrow",
        ("loss", "toy-adversarial"): "ToyAdversarial",
        ("loss", "toy-distance"): "ToyDistance",
        ("application", "toy-application"): "ToyApplication",
        ("metric", "toy-error"): "ToyError",
        ("baseline", "toy-zero"): "ToyZero",
    }
    for (kind, name), target in named.items():
        yield Component(kind=kind, name=name, target=f"{__name__}:{target}", summary=f"{name} of the toy game")


RECIPE = """\
task: toy
data: {use: toy-points, batch_size: 8}
networks:
  generator: {use: narrow, ema: 0.9}
  discriminator: {use: narrow, inputs: 8, outputs: 1}
players:
  discriminator:
    learns: [discriminator]
    optimizer: {use: adam, lr: 1.0e-2}
    terms:
      adversarial: {use: toy-adversarial}
      gradient-penalty: {use: gradient-penalty, weight: 10}
  generator:
    learns: [generator]
    optimizer: {use: adam, lr: 1.0e-2}
    terms:
      adversarial: {use: toy-adversarial}
      distance: {use: toy-distance, of: [fake, real], weight: 10}
run: {steps: 20, log_every: 5, save_every: 5, preview_every: 0, verify_every: 1}
evaluation: {metrics: [toy-error], baselines: [toy-zero], best: toy-error, every: 10}
"""
