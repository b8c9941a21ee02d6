"""A term: one weighted loss or regularizer of a player, wired to the round. Its key in the recipe is its name in the logs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from sparring.objective import AdversarialLoss, Loss, Regularizer
from sparring.play.graph import Graph
from sparring.play.round import Round
from sparring.task import Contest

Weight = Callable[[int], float]


class Term(nn.Module):
    """`forward(round)` is the unweighted value; `weight(step)` what it counts; active from step `start` until before `until`.

    After it, `measured` is what the logs say beside the value, and `real_scores` what a discriminator thought of the real.
    """

    def __init__(self, objective: nn.Module, *, weight: Weight, start: int = 0, until: int | None = None) -> None:
        super().__init__()
        self.objective, self.weight, self.start, self.until = objective, weight, start, until
        self.measured: dict[str, Tensor] = {}
        self.real_scores: list[Tensor] = []

    @property
    def never(self) -> bool:
        """Switched off for the whole run: `until` is its start."""
        return self.until is not None and self.until <= self.start

    def active(self, step: int) -> bool:
        return self.start <= step and (self.until is None or step < self.until)


class LossTerm(Term):
    """A loss over the tensors that the recipe names."""

    def __init__(self, objective: Loss, of: Sequence[str], *, weight: Weight, start: int = 0, until: int | None = None) -> None:
        super().__init__(objective, weight=weight, start=start, until=until)
        self.of = tuple(of)

    def forward(self, round: Round) -> Tensor:
        return self.objective(*(round[name] for name in self.of))


class AdversarialTerm(Term):
    """An adversarial loss, added up over the contests in which the player has a part: judging, or being judged."""

    def __init__(
        self, objective: AdversarialLoss, judging: Sequence[Contest], judged: Sequence[Contest], *,
        weight: Weight, start: int = 0, until: int | None = None, flipped: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__(objective, weight=weight, start=start, until=until)
        self.objective: AdversarialLoss
        self.judging, self.judged, self.flipped = tuple(judging), tuple(judged), flipped

    def forward(self, round: Round) -> Tensor:
        self.measured, self.real_scores = {}, []
        verdicts = [self._discriminator(round, contest) for contest in self.judging]
        verdicts += [self._generator(round, contest) for contest in self.judged]
        return torch.stack(verdicts).sum()

    def _discriminator(self, round: Round, contest: Contest) -> Tensor:
        """Decoys share the weight of the fakes: ½ [fake] + ½ [wrong caption] beside the real (Reed et al. 2016, algorithm 1)."""
        fakes = (contest.fake, *contest.decoys)
        reals = _scores(round[contest.real])
        losses = [
            self.objective.discriminator(*self._told(round, real, fake, f"labels of {name}"))
            for name in fakes
            for real, fake in zip(reals, _scores(round[name]), strict=True)
        ]
        self._measure(contest, reals, _scores(round[contest.fake]))
        return torch.stack(losses).sum() / len(fakes)

    def _told(self, round: Round, real: Tensor, fake: Tensor, name: str) -> tuple[Tensor, Tensor]:
        """Both scores, those of a share of the pairs swapped: a discriminator that is told wrongly now and then is less sure of itself."""
        if not self.flipped:
            return real, fake
        swapped = round.noise(name).uniform(*[1] * (real.ndim - 1)) < self.flipped
        return torch.where(swapped, fake, real), torch.where(swapped, real, fake)

    def _measure(self, contest: Contest, reals: Sequence[Tensor], fakes: Sequence[Tensor]) -> None:
        """Means over the scores of one contest, which is named where there are several."""
        suffix = f"/{contest.fake}" if len(self.judging) > 1 else ""
        found = [self.objective.measure(real.detach(), fake.detach()) for real, fake in zip(reals, fakes, strict=True)]
        self.measured |= {f"{name}{suffix}": torch.stack([one[name].float() for one in found]).mean() for name in found[0]}
        self.real_scores += [real.detach() for real in reals]

    def _generator(self, round: Round, contest: Contest) -> Tensor:
        losses = []
        for name in (contest.fake, *contest.extras):
            fakes = _scores(round[name])
            reals = _scores(round[contest.real]) if self.objective.relativistic else [None] * len(fakes)
            losses += [self.objective.generator(fake, real) for fake, real in zip(fakes, reals, strict=True)]
        return torch.stack(losses).sum()


class PenaltyTerm(Term):
    """A regularizer's penalty, added up over contests, always in single precision and outside compiled graphs (it differentiates twice)."""

    def __init__(
        self, objective: Regularizer, contests: Sequence[Contest], *, weight: Weight, start: int = 0, until: int | None = None
    ) -> None:
        super().__init__(objective, weight=weight, start=start, until=until)
        self.objective: Regularizer
        self.contests = tuple(contests)

    def forward(self, round: Round) -> Tensor:
        with torch.autocast(round.hand.device.type, enabled=False), torch.compiler.set_stance("force_eager"):
            exact = round.in_float32()
            judged = self.contests if self.objective.per_contest else (None,)
            return torch.stack([self.objective.penalty(exact, contest) for contest in judged]).sum()


def parts(graph: Graph, learns: frozenset[str]) -> tuple[tuple[Contest, ...], tuple[Contest, ...]]:
    """The contests that a player judges, and those in which what it learns is judged."""
    judging = tuple(contest for contest in graph.contests if graph.judges(contest) & learns)
    judged = tuple(
        contest
        for contest in graph.contests
        if contest not in judging and (graph.networks_of(contest.fake) | graph.networks_of(contest.real)) & learns
    )
    return judging, judged


def _scores(score: Tensor | Sequence[Tensor]) -> Sequence[Tensor]:
    return (score,) if isinstance(score, Tensor) else score
