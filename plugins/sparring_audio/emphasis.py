"""A first-order lift of the high frequencies, and its inverse: whole waves, or block by block."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from scipy.signal import lfilter
from torch import Tensor


def preemphasise(
    wave: Float[Tensor, "*channels time"], coefficient: float, *, before: Float[Tensor, "*channels"] | None = None
) -> Float[Tensor, "*channels time"]:
    """y[n] = x[n] - coefficient * x[n-1]; the first sample is kept (Pascual et al. 2017).

    `before` is the last sample x of the block before this one, for work in blocks.
    """
    previous = torch.zeros_like(wave[..., 0]) if before is None else before
    return wave - coefficient * torch.cat((previous.unsqueeze(-1), wave[..., :-1]), dim=-1)


def deemphasise(
    wave: Float[Tensor, "*channels time"], coefficient: float, *, before: Float[Tensor, "*channels"] | None = None
) -> Float[Tensor, "*channels time"]:
    """x[n] = y[n] + coefficient * x[n-1], the inverse of `preemphasise`; without gradient.

    `before` is the last sample x of the block before this one, i.e. of this function's previous result.
    """
    samples = wave.detach().cpu().double().numpy()
    previous = np.zeros(samples.shape[:-1]) if before is None else before.detach().cpu().double().numpy()
    result, _ = lfilter([1.0], [1.0, -coefficient], samples, axis=-1, zi=coefficient * previous[..., None])
    return torch.from_numpy(result).to(wave)
