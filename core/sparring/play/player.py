"""A player: the networks that learn together, with their own optimizer and terms. Its one forward is its terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from sparring.play.round import Round
from sparring.play.term import Term


class Player(nn.Module):
    """Owns (registers) what it learns and its terms, and sees the other networks only through the round.

    It is what Accelerate prepares, so that data-parallel training meets one forward per backward, whatever happens inside.
    """

    def __init__(self, name: str, learned: Mapping[str, nn.Module], terms: Mapping[str, Term], projections: Sequence[Term] = ()) -> None:
        super().__init__()
        self.name = name
        self.learns = frozenset(learned)
        self.networks = nn.ModuleDict(learned)
        self.terms = nn.ModuleDict(terms)
        self.projections = tuple(projections)

    def forward(self, round: Round) -> dict[str, Tensor]:
        """The unweighted value of every term that is active at this step."""
        return {name: term(round) for name, term in self.active_terms(round.progress.step).items()}

    def active_terms(self, step: int) -> dict[str, Term]:
        return {name: term for name, term in self.used_terms().items() if term.active(step)}

    def used_terms(self) -> dict[str, Term]:
        """The terms that count at some step."""
        return {name: term for name, term in self.terms.items() if isinstance(term, Term) and not term.never}

    @torch.no_grad()
    def project(self, step: int) -> None:
        """Do to the learned networks what its regularizers do after a step."""
        for term in self.projections:
            if term.active(step):
                term.objective.project({name: self.networks[name] for name in sorted(self.learns)})  # type: ignore[operator]

    def measured(self, step: int) -> dict[str, Tensor]:
        """What the terms of this step say for the logs beside their values."""
        return {name: value for term in self.active_terms(step).values() for name, value in term.measured.items()}

    def real_scores(self, step: int) -> list[Tensor]:
        """What the player thought of the real in its last turn, if it judges."""
        return [score for term in self.active_terms(step).values() for score in term.real_scores]

    def trained_parameters(self) -> dict[str, nn.Parameter]:
        """By name, as `network.path.to.parameter`: what the optimizer steps and what its state is saved under."""
        learned = {**dict(self.networks.named_parameters()), **{f"terms.{n}": p for n, p in self.terms.named_parameters()}}
        return {name: parameter for name, parameter in learned.items() if parameter.requires_grad}


@dataclass
class Seat:
    """A player at the table: its optimizer and when it plays. `clip` bounds the norm of its gradient."""

    player: Player
    optimizer: Optimizer
    rate: Callable[[int], float]
    turns: int = 1
    start: int = 0
    until: int | None = None
    clip: float | None = None

    @property
    def name(self) -> str:
        return self.player.name

    @property
    def never(self) -> bool:
        """Switched off for the whole run."""
        return not self.player.used_terms() or (self.until is not None and self.until <= self.start)

    def plays(self, step: int) -> bool:
        """Whether it takes turns in this step: switched on, and with something to minimise."""
        on = self.start <= step and (self.until is None or step < self.until)
        return on and bool(self.player.active_terms(step))
