"""LeCam regularization: with little data, verdicts are not to run away from what they were on the other side."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from sparring import Contest, GameError, Regularizer, Round, global_mean
from sparring_objectives.scores import each


class LeCam(Regularizer):
    """Mean squared distance of real scores from the running mean of fake ones, and the other way round (Tseng et al. 2021).

    The running means lose a share 1 - `decay` at each step of the discriminator and start as those of the first one, which pays nothing.
    For a `wasserstein`, `hinge` or other loss whose scores have no bound. Weights: 0.001 to 0.3 in the paper, with `from` at 1000 steps
    in the authors' code.
    """

    def __init__(self, *, decay: float = 0.99) -> None:
        super().__init__()
        if not 0 <= decay < 1:
            raise ValueError(f"decay is {decay}, but a running mean remembers a share from 0 to below 1 of itself; the paper's is 0.99")
        self.decay = decay
        self.means: Tensor
        self.steps: Tensor
        self.register_buffer("means", torch.zeros(2))
        self.register_buffer("steps", torch.zeros(()))
        self._contest: str | None = None
        self._unseen: list[Tensor] = []

    def penalty(self, round: Round, contest: Contest) -> Tensor:
        self._accept(contest)
        real, fake = (torch.cat([one.flatten() for one in each(round[name])]) for name in (contest.real, contest.fake))
        self._unseen.append(torch.stack([real.detach().mean(), fake.detach().mean()]))
        real_mean, fake_mean = self.means
        paid = (real - fake_mean).square().mean() + (fake - real_mean).square().mean()
        return paid * self.steps.clamp(max=1)

    @torch.no_grad()
    def project(self, learned: Mapping[str, nn.Module]) -> None:
        """The scores of the step that is over enter the running means."""
        new = global_mean(torch.stack(self._unseen).mean(dim=0))
        self._unseen.clear()
        kept = self.decay * self.steps.clamp(max=1)
        self.means.copy_(torch.lerp(new, self.means, kept))
        self.steps += 1

    def _accept(self, contest: Contest) -> None:
        self._contest = self._contest or contest.fake
        if contest.fake != self._contest:
            raise GameError(
                f"lecam keeps the running means of one contest, and its player judges {self._contest!r} and {contest.fake!r}; "
                "let another player learn the second discriminator, with a lecam term of its own"
            )
