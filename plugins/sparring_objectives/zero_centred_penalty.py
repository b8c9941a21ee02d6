"""R1 and R2: the discriminator is to be flat where the data is, and where the generator is."""

from __future__ import annotations

from torch import Tensor

from sparring import Contest, Regularizer, Round
from sparring_objectives.slope import slope


class R1(Regularizer):
    """The squared norm of the slope at real samples, over all their dimensions, averaged over the batch (Mescheder et al. 2018, eq. 9).

    The paper's penalty is gamma / 2 times this: a recipe's `weight` is gamma / 2. Slopes are those of the score itself, no sigmoid, at the
    sample before any view of it.
    """

    def penalty(self, round: Round, contest: Contest) -> Tensor:
        real = contest.judged[0]
        return slope(round, round[real], score=contest.real, judged=real).square().sum(dim=1).mean()


class R2(Regularizer):
    """The same at generated samples (Mescheder et al. 2018, eq. 10); `weight` is gamma / 2 here, too."""

    def penalty(self, round: Round, contest: Contest) -> Tensor:
        fake = contest.judged[1]
        return slope(round, round[fake], score=contest.fake, judged=fake).square().sum(dim=1).mean()
