"""What a term can be: a loss over named tensors, an adversarial loss over contests, or a regularizer; and a view of what is judged."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from sparring.play.noise import Noise
    from sparring.play.progress import Progress
    from sparring.play.round import Round
    from sparring.task import Contest


class Loss(nn.Module):
    """A scalar from the tensors that the recipe names with `of`, in that order."""

    @abstractmethod
    def forward(self, *tensors: Tensor) -> Tensor:
        """The loss, a mean over the batch, so that averaging over processes gives the loss of the global batch."""


class AdversarialLoss(nn.Module):
    """Two faces of one game. Scores have any shape; lists of scores are taken one by one and added up by the player.

    `relativistic` losses compare fake with real in the generator's face too; for others the real is not scored in the generator's
    turn, and `real` is None there. `threshold` is the score between real and fake, where the loss knows one. State (BEGAN's control
    variable) is kept in buffers, made of `global_mean`s.
    """

    relativistic: ClassVar[bool] = False
    threshold: float | None = None

    @abstractmethod
    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """What the discriminator minimises."""

    @abstractmethod
    def generator(self, fake: Tensor, real: Any) -> Tensor:
        """What the generator minimises."""

    @torch.no_grad()
    def measure(self, real: Tensor, fake: Tensor) -> Mapping[str, Tensor]:
        """What the logs say of a contest: the accuracy of the verdicts, ½ where the discriminator cannot tell real from fake.

        With a `threshold`, a verdict is right on its own; without one, a pair is told apart if its real scores higher. Ties count half.
        """
        if self.threshold is None:
            return {"accuracy": _right(real - fake)}
        return {"accuracy": (_right(real - self.threshold) + _right(self.threshold - fake)) / 2}


class Regularizer(nn.Module):
    """Has up to three faces, and writes those that it has.

    `penalty` is a term, computed over the round without knowledge of the domain: `round.replace` scores other samples under the same
    condition. `project` changes what a player learns after its step. `reparametrize` changes a network when it is built: such a
    regularizer stands in `networks.NAME.regularizers`. One that is about networks, not contests, says `per_contest = False`; its
    penalty gets None for the contest.
    """

    per_contest: ClassVar[bool] = True

    def attach(self, learned: Mapping[str, nn.Module]) -> None:
        """Called once, when the game is built, with the networks that the player learns: the place to register buffers of their shapes."""

    def penalty(self, round: Round, contest: Contest | None) -> Tensor:
        """The penalty for one contest. Autocast is off, and what `round` gives is float32. `round.learned` is what the player learns."""
        raise NotImplementedError

    def project(self, learned: Mapping[str, nn.Module]) -> None:
        """Change the networks in place after the player's step, without gradients."""
        raise NotImplementedError

    def reparametrize(self, network: nn.Module) -> None:
        """Change the parametrization of a network in place."""
        raise NotImplementedError

    def has(self, face: str) -> bool:
        """Whether the subclass writes `penalty`, `project` or `reparametrize`."""
        return getattr(type(self), face) is not getattr(Regularizer, face)


class View(nn.Module):
    """How the discriminators see what they judge: real and fake alike, in every turn (DiffAugment, ADA, instance noise).

    Gradients flow through it to whoever made the sample. State is kept in buffers, made of `global_mean`s.
    """

    @abstractmethod
    def forward(self, judged: Tensor, noise: Noise, progress: Progress) -> Tensor:
        """What is seen of a batch of samples. Every random choice comes from `noise`, by its own calls."""

    def observe(self, real: Tensor) -> None:
        """Told the scores of the real after every turn of a discriminator, without gradients, for views that adapt."""

    def measure(self) -> Mapping[str, Tensor]:
        """What the logs say of the view."""
        return {}


def _right(margin: Tensor) -> Tensor:
    return ((margin.sign() + 1) / 2).mean()
