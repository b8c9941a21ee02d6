"""The Wiener filter on the a-priori SNR: the enhancement baseline without training."""

from __future__ import annotations

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

FRAME_SECONDS = 0.02
NOISE_SECONDS = 0.12
PRIOR_SMOOTHING = 0.98
NOISE_SMOOTHING = 0.98
SPEECH_THRESHOLD = 0.15


def wiener(noisy: Float[Tensor, " time"], sample_rate_hz: int) -> Float[Tensor, " time"]:
    """The noisy wave with its noise turned down; same length, type and device, any level.

    Frames of 20 ms, 50 % overlap. The noise spectrum starts as the mean over the first 120 ms and follows the frames that a
    likelihood-ratio test calls noise (threshold 0.15, smoothing 0.98). The a-priori SNR xi is estimated decision-directed (0.98). The
    gain is sqrt(xi / (1 + xi)), as in Loizou's `wiener_as`; the textbook gain is its square. Resynthesis is exact where the gain is 1,
    since periodic Hamming windows at 50 % overlap add up to 1.08 everywhere.

    Where speech begins within the first 120 ms, that speech is taken for noise and what follows is attenuated too much, so that the
    answer can be worse than the noisy wave; where the recording begins with digital silence, no noise is learned and little is attenuated.

    Source: Scalart and Filho 1996; Loizou 2013, ch. 6 and 7.
    """
    wave = noisy.detach().to("cpu", torch.float64).numpy()
    if not wave.any():
        return noisy.clone()
    half = round(FRAME_SECONDS * sample_rate_hz / 2)
    frame_count = -(-len(wave) // half) + 1
    padded = np.pad(wave, (half, frame_count * half - len(wave)))
    spectra = _spectra(padded, half)
    opening = wave[: round(NOISE_SECONDS * sample_rate_hz)]
    noise = _power(_spectra(np.pad(opening, (0, max(0, 2 * half - len(opening)))), half)).mean(axis=0)
    pieces = np.fft.irfft(spectra * _gains(_power(spectra), noise), 2 * half)
    left, right = rearrange(pieces, "frame (side sample) -> side frame sample", side=2)
    # every sample lies in the right half of one frame and in the left half of the next
    enhanced = rearrange(right[:-1] + left[1:], "frame sample -> (frame sample)")[: len(wave)] / (2 * 0.54)
    return torch.from_numpy(enhanced).to(noisy)


def _spectra(wave: np.ndarray, half: int) -> np.ndarray:
    window = 0.54 - 0.46 * np.cos(np.pi * np.arange(2 * half) / half)
    return np.fft.rfft(np.lib.stride_tricks.sliding_window_view(wave, 2 * half)[::half] * window)


def _power(spectra: np.ndarray) -> np.ndarray:
    return np.abs(spectra) ** 2


def _gains(power: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Gains (frame, bin) from the power spectra (frame, bin) of the noisy wave and a first noise spectrum (bin)."""
    floor = np.finfo(np.float64).eps * power.mean()
    share = np.full(power.shape[1], 2.0)
    share[[0, -1]] = 1  # all other bins stand for two of the full spectrum
    share /= share.sum()
    gains = np.empty_like(power)
    kept = np.ones(power.shape[1])  # the last frame's gain squared times its a-posteriori SNR; 1 before the first frame
    for frame, observed in enumerate(power):
        posterior = observed / np.maximum(noise, floor)
        prior = PRIOR_SMOOTHING * kept + (1 - PRIOR_SMOOTHING) * np.maximum(posterior - 1, 0)
        gain_squared = prior / (1 + prior)
        if share @ (posterior * gain_squared - np.log1p(prior)) < SPEECH_THRESHOLD:
            noise = NOISE_SMOOTHING * noise + (1 - NOISE_SMOOTHING) * observed
        gains[frame] = np.sqrt(gain_squared)
        kept = gain_squared * posterior
    return gains
