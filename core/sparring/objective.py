"""What a term can be: a loss over named tensors, an adversarial loss over contests, or a regularizer over the round."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from torch import Tensor, nn

if TYPE_CHECKING:
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
    turn, and `real` is None there.
    """

    relativistic: ClassVar[bool] = False

    @abstractmethod
    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """What the discriminator minimises."""

    @abstractmethod
    def generator(self, fake: Tensor, real: Any) -> Tensor:
        """What the generator minimises."""


class Regularizer(nn.Module):
    """A penalty over the round that needs no knowledge of the domain: `round.replace` scores other samples under the same condition."""

    @abstractmethod
    def penalty(self, round: Round, contest: Contest) -> Tensor:
        """The penalty for one contest. Autocast is off, and what `round` gives is float32."""
