"""Scores: one tensor, or one for each scale of a discriminator."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

Scores = Tensor | Sequence[Tensor]


def each(scores: Scores) -> Sequence[Tensor]:
    """The tensors of a score, one or several."""
    return (scores,) if isinstance(scores, Tensor) else scores
