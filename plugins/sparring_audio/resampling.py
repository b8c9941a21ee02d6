"""Other sample rates: a wave at once, or a stream of blocks in bounded memory, with the same result."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from jaxtyping import Float
from torch import Tensor
from torchaudio.transforms import Resample

from sparring import DataError

MOST_PHASES = 4000
# Zero crossings of the windowed sinc: torchaudio's own 6 ripple by 5e-4 in the pass band, these by 3e-5.
ZERO_CROSSINGS = 16


def resample(wave: Float[Tensor, "*channels time"], from_hz: int, to_hz: int) -> Float[Tensor, "*channels resampled"]:
    """The same sound at `to_hz`: ceil(time * to_hz / from_hz) samples, by a windowed sinc; the wave itself for equal rates.

    Raises `DataError` for rates whose ratio is no fraction of moderate numbers (44101 to 16000).
    """
    if from_hz == to_hz:
        return wave
    return _kernel(from_hz, to_hz, wave.device)(wave)


class StreamingResampler:
    """`resample` for a wave that comes in blocks of any size; the blocks that it gives add up to the whole's result.

    It keeps no more than the filter's reach (a few milliseconds) from block to block. Call `finish` once, after the last block.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        divisor = math.gcd(from_hz, to_hz)
        self.from_hz, self.to_hz = from_hz, to_hz
        # Every `_period` samples in are `_phases` samples out; the filter reaches `_width` samples to both sides of a period.
        self._period, self._phases = from_hz // divisor, to_hz // divisor
        self._width = 0 if from_hz == to_hz else int(_kernel(from_hz, to_hz, torch.device("cpu")).width)
        self._context = -(-self._width // self._period)
        self._kept: Tensor | None = None
        self._done = 0

    def push(self, block: Float[Tensor, "channels time"]) -> Float[Tensor, "channels resampled"]:
        """The samples that this block completes; there may be none."""
        kept = block if self._kept is None else torch.cat((self._kept, block), dim=-1)
        ready = max((kept.shape[-1] - self._width) // self._period, self._done)
        result = resample(kept, self.from_hz, self.to_hz)[..., self._done * self._phases : ready * self._phases]
        forgotten = max(ready - self._context, 0)
        self._kept = kept[..., forgotten * self._period :].clone()
        self._done = ready - forgotten
        return result

    def finish(self) -> Float[Tensor, "channels resampled"]:
        """The samples that were waiting for what comes next, which is silence."""
        if self._kept is None:
            raise DataError("Nothing was pushed into the resampler, so that there is nothing to finish.")
        return resample(self._kept, self.from_hz, self.to_hz)[..., self._done * self._phases :]


@lru_cache(maxsize=16)
def _kernel(from_hz: int, to_hz: int, device: torch.device) -> Resample:
    divisor = math.gcd(from_hz, to_hz)
    if max(from_hz, to_hz) // divisor > MOST_PHASES:
        raise DataError(f"{from_hz} Hz cannot be brought to {to_hz} Hz: their ratio needs too long a filter. Convert the file to 48000 Hz.")
    return Resample(from_hz, to_hz, lowpass_filter_width=ZERO_CROSSINGS).to(device)
