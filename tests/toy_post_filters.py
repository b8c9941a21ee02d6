"""Trained post-filters that need no training: networks whose doing is known, on features of a known scale."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from sparring import Trained
from sparring_postfilter.features import Scale, features_of

CEPSTRA = {
    "features": "mel-cepstra", "coefficients": 24, "sample_rate_hz": 16000, "frame_seconds": 0.005, "f0_method": "dio",
    "f0_floor_hz": 71.0, "f0_ceiling_hz": 500.0, "bands": 1, "overlap": 0,
}  # fmt: skip
SPECTRA = {"features": "log-spectra", "fft_size": 512, "sample_rate_hz": 16000, "frame_seconds": 0.005, "bands": 4, "overlap": 16}


class Unchanged(nn.Module):
    def forward(self, synthetic: Tensor, noise: Tensor) -> Tensor:
        return synthetic


class Noisy(nn.Module):
    def forward(self, synthetic: Tensor, noise: Tensor) -> Tensor:
        return synthetic + noise


class Lifted(nn.Module):
    """Adds `by` deviations to the first row."""

    def __init__(self, by: float = 1.0) -> None:
        super().__init__()
        self.by = by

    def forward(self, synthetic: Tensor, noise: Tensor) -> Tensor:
        first = torch.zeros_like(synthetic)
        first[:, 0] = self.by
        return synthetic + first


class Blurred(nn.Module):
    """A mean over nine frames, as far as the paper's convolutions reach on each side."""

    def forward(self, synthetic: Tensor, noise: Tensor) -> Tensor:
        return nn.functional.avg_pool1d(synthetic + noise, 17, stride=1, padding=8)


def trained(network: nn.Module, data: dict[str, Any] = CEPSTRA, *, name: str = "generator") -> Trained:
    """A run of one network, whose features have a mean of 0.2 and a deviation of 0.5."""
    dims = features_of(data).dims
    scale = Scale(np.full(dims, 0.2), np.full(dims, 0.5))
    return Trained({name: network}, task={}, data=data, device=torch.device("cpu"), open_data=unopened, statistics=scale.tensors())


def unopened() -> Any:
    raise AssertionError("a filter needs no data set")
