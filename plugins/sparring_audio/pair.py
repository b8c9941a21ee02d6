"""Two waves that belong together, as the measures of this package compare them: the estimate and its reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from sparring import DataError

FRAME_SECONDS = 0.03
HOP_SECONDS = 0.0075


def pair(estimate: Any, reference: Any) -> tuple[np.ndarray, np.ndarray]:
    """The estimate and its reference as float64 arrays of one shape (time).

    Raises `DataError` unless both are one-dimensional tensors or arrays of the same length with finite samples.
    """
    waves = _array(estimate, "estimate"), _array(reference, "reference")
    if len(waves[0]) != len(waves[1]):
        raise DataError(
            f"the estimate has {len(waves[0])} samples and the reference has {len(waves[1])}: align and cut them to the same length first"
        )
    return waves


def windowed_frames(wave: np.ndarray, sample_rate_hz: int) -> np.ndarray:
    """The Hann-windowed frames (frame, sample) that segmental SNR, LLR and WSS share: 30 ms, every 7.5 ms.

    The window is 0.5 (1 - cos(2 pi n / (N + 1))), n = 1 … N, so no sample of a frame has weight zero. As in Loizou's programs the last
    whole frame is left out; a wave shorter than 37.5 ms has no frame.
    """
    length, hop = round(FRAME_SECONDS * sample_rate_hz), int(HOP_SECONDS * sample_rate_hz)
    if len(wave) < length:
        return np.empty((0, length))
    return np.lib.stride_tricks.sliding_window_view(wave, length)[::hop][:-1] * np.hanning(length + 2)[1:-1]


def _array(wave: Any, role: str) -> np.ndarray:
    if isinstance(wave, torch.Tensor):
        wave = wave.detach().to("cpu", torch.float64).numpy()
    array = np.asarray(wave, dtype=np.float64)
    if array.ndim != 1:
        raise DataError(f"the {role} has shape {array.shape}: pass one channel of one utterance, shape (time,)")
    if not np.isfinite(array).all():
        raise DataError(f"the {role} has samples that are not finite: look for the network or the file that they come from")
    return array
