"""A contest without a game: one critic, real and fake samples as given, for tests of regularizers and views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from sparring import Contest, Round, Task, tensor
from sparring.play.graph import Graph
from sparring.play.networks import Networks
from sparring.play.noise import Noise, Rows
from sparring.play.progress import Progress
from sparring.play.round import Hand

CONTEST = Contest(real="real_score", fake="fake_score", judged=("real", "fake"))


class Judging(Task):
    contests: ClassVar[tuple[Contest, ...]] = (CONTEST,)

    @tensor
    def real_score(self, critic: nn.Module, real: Tensor) -> Any:
        return critic(real)

    @tensor
    def fake_score(self, critic: nn.Module, fake: Tensor) -> Any:
        return critic(fake)


def round_of(
    critic: nn.Module, *, view: Callable[..., Any] | None = None, step: int = 0, rows: Rows | None = None, **fields: Tensor
) -> Round:
    """What the critic's player sees; `rows` are those of the global batch that the fields are."""
    learned = frozenset({"critic"})
    batch = len(fields["real"])
    hand = Hand(
        fields,
        progress=Progress(step=step, samples=step * batch, steps=100),
        rows=rows or Rows(0, batch, batch),
        key=(1, step),
        device=torch.device("cpu"),
        waiting={"critic": learned},
    )
    graph = Graph(Judging(), ["critic"], fields, view=view)
    return Round(graph, Networks({"critic": critic}), hand, "critic", learned)


def linear_critic(norm: float, dimensions: int = 12) -> nn.Sequential:
    """A critic whose slope has this norm everywhere."""
    linear = nn.Linear(dimensions, 1)
    with torch.no_grad():
        linear.weight.mul_(norm / linear.weight.norm())
    return nn.Sequential(nn.Flatten(), linear)


class Scales(nn.ModuleList):
    """A discriminator of several scales: a list of scores."""

    def forward(self, sample: Tensor) -> list[Tensor]:
        return [critic(sample) for critic in self]


def noise_of(batch: int, *, key: int = 0, rows: Rows | None = None) -> Noise:
    return Noise((7, key), rows or Rows(0, batch, batch), torch.device("cpu"))


NOW = Progress(step=0, samples=0, steps=100)
