"""Latents by number: what a generator draws sample 7 of seed 0 from, whoever asks, and among however many others."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

Distribution = Literal["normal", "uniform"]
Latents = Float[Tensor, "batch *latent"]


def draw_latents(keys: Sequence[tuple[int | str, ...]], shape: Sequence[int], *, distribution: Distribution = "normal") -> Latents:
    """One latent of that `shape` for every key, on the CPU: N(0, 1), or U(-1, 1) for "uniform".

    A latent depends on its own key alone (a seed and a number, say), not on the other keys, their order or their count.
    """
    drawn = [_draw(_seed(key), shape, distribution) for key in keys]
    return torch.from_numpy(np.stack(drawn) if drawn else np.zeros((0, *shape))).float()


def truncate(latents: Latents, truncation: float) -> Latents:
    """Normal latents moved towards the middle, within ±`truncation`: quality for variety (the truncation trick).

    z' = Φ⁻¹(Φ(-t) + Φ(z) (Φ(t) - Φ(-t))): values are distributed as if those beyond ±t had been drawn again, but each stays the
    neighbour of what it was, so that a sample changes smoothly with `truncation`, and a great one changes nothing.

    Source: Brock, Donahue, Simonyan 2019, section 3.1 (values beyond the threshold are resampled).
    """
    lower = torch.special.ndtr(torch.tensor(-truncation, dtype=torch.float64))
    # By the lower tail of |z|, where Φ is exact.
    inside = lower + torch.special.ndtr(-latents.double().abs()) * (1 - 2 * lower)
    return (latents.sign() * -torch.special.ndtri(inside).clamp(min=-truncation)).float()


def _draw(seed: int, shape: Sequence[int], distribution: Distribution) -> np.ndarray:
    draw = np.random.Generator(np.random.Philox(seed))
    return draw.standard_normal(tuple(shape)) if distribution == "normal" else draw.uniform(-1, 1, tuple(shape))


def _seed(key: tuple[int | str, ...]) -> int:
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in key)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "little")
