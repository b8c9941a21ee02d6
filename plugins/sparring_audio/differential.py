"""Another voice without a vocoder: the recording itself, filtered."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.signal import get_window

from sparring import DataError

Wave = Float[np.ndarray, " time"]


def filtered(wave: Wave, gains: Float[np.ndarray, "frames bins"], *, sample_rate_hz: int, frame_seconds: float) -> Wave:
    """The wave with a gain in every bin (0 to half the rate) of every frame; frame i is centred on i * frame_seconds.

    Gains have no phase. Frames are Hann-windowed over half the length of the FFT, which leaves the other half to what the filter
    spreads, and are added up and divided by the sum of their windows: gains of one give the wave back, whatever the frames' spacing.
    Raises `DataError` if frames are farther apart than a quarter of the FFT (16 ms at 16 kHz).

    Source: the differential filtering of Kobayashi, Toda et al. 2014, Statistical singing voice conversion with direct waveform
    modification based on the spectrum differential, with a short-time Fourier transform in the place of the MLSA filter.
    """
    size = 2 * (gains.shape[1] - 1)
    if frame_seconds * sample_rate_hz > size / 4:
        most = size / 4 / sample_rate_hz
        raise DataError(f"frames every {frame_seconds} seconds are too far apart for a filter: take the vocoder, or {most:.3g} at most")
    window = get_window("hann", size // 2)
    margin = size // 2
    padded = np.pad(wave, margin)
    total, weight = np.zeros(len(padded) + margin), np.zeros(len(padded) + margin)
    for number, gain in enumerate(gains):
        # the windowed frame lies in the middle of the FFT, a quarter of silence on each side
        start = margin + round(number * frame_seconds * sample_rate_hz) - size // 2
        middle = slice(start + size // 4, start + 3 * size // 4)
        frame = np.zeros(size)
        frame[size // 4 : 3 * size // 4] = padded[middle] * window
        total[start : start + size] += np.fft.irfft(np.fft.rfft(frame) * gain, size)
        weight[middle] += window
    heard = slice(margin, margin + len(wave))
    return total[heard] / weight[heard]


def ratio(converted: Float[np.ndarray, "frames bins"], source: Float[np.ndarray, "frames bins"]) -> Float[np.ndarray, "frames bins"]:
    """The gains that turn one power envelope into another: exp((ln converted - ln source) / 2)."""
    return np.exp((np.log(converted) - np.log(source)) / 2)
