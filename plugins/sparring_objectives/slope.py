"""The slope of a discriminator: the gradient of its score with respect to the sample that it judges."""

from __future__ import annotations

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from sparring import Round
from sparring_objectives.scores import each


def slope(round: Round, sample: Tensor, *, score: str, judged: str) -> Float[Tensor, "batch dimensions"]:
    """The gradient of `score`, had the tensor `judged` been `sample`: a row for every sample, and differentiable itself.

    It is taken at the sample as the game knows it, before any view. Scores of several scales, or of several patches, are added up.
    """
    sample = sample.detach().requires_grad_()
    scores = round.replace(**{judged: sample})[score]
    total = torch.stack([one.sum() for one in each(scores)]).sum()
    (gradient,) = torch.autograd.grad(total, sample, create_graph=True)
    return rearrange(gradient, "batch ... -> batch (...)")
