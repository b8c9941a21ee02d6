"""What a discriminator with a class head says of images."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class Verdict(NamedTuple):
    """`score` (batch,): is it real; `logits` (batch, classes): what is it (AC-GAN, Odena et al. 2016)."""

    score: Tensor
    logits: Tensor
