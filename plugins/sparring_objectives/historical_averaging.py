"""Historical averaging: a player pays for leaving the average of where it has been."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from sparring import Contest, Regularizer, Round


class HistoricalAveraging(Regularizer):
    """The squared distance of the learned parameters from their mean over time, added up (Salimans et al. 2016, section 3.3).

    The mean starts with the parameters that the networks have when the game is built, and takes in those after every step.
    """

    per_contest: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.seen: Tensor
        self.register_buffer("seen", torch.ones(()))

    def attach(self, learned: Mapping[str, nn.Module]) -> None:
        for name, parameter in _parameters(learned):
            self.register_buffer(name, parameter.detach().clone())

    def penalty(self, round: Round, contest: Contest | None) -> Tensor:
        distances = [(parameter - self.get_buffer(name)).square().sum() for name, parameter in _parameters(round.learned)]
        return torch.stack(distances).sum()

    @torch.no_grad()
    def project(self, learned: Mapping[str, nn.Module]) -> None:
        self.seen += 1
        for name, parameter in _parameters(learned):
            mean = self.get_buffer(name)
            mean += (parameter - mean) / self.seen


def _parameters(learned: Mapping[str, nn.Module]) -> Iterator[tuple[str, nn.Parameter]]:
    """Every parameter, by a name that a buffer may have: without dots."""
    for network, module in learned.items():
        for name, parameter in module.named_parameters():
            yield f"{network}/{name}".replace(".", "/"), parameter
