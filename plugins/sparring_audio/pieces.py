"""Recordings of any length in pieces that fit into memory, cut where it is quietest and joined without seams."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

import torch
from jaxtyping import Float
from torch import Tensor

Wave = Float[Tensor, " time"]

MOST_SECONDS = 30.0
# Where a cut is looked for, so that no piece is short.
EARLIEST_SECONDS, LATEST_SECONDS = 15.0, 25.0
FADE_SECONDS = 0.04


class Pieces:
    """One channel on its way through `convert(piece, start)`, which gives as many samples as it takes; `start` counts from the channel's
    first sample.

    Pieces are of at most half a minute. Neighbours share 40 ms, the quietest ones of the ten seconds in which a cut may lie, and are faded
    from one to the other there. Where the cuts lie depends on the channel alone. What `convert` leaves as it is stays so, bit for bit.
    """

    def __init__(self, convert: Callable[[Wave, int], Wave], *, sample_rate_hz: int) -> None:
        self.convert = convert
        self.most = int(MOST_SECONDS * sample_rate_hz)
        self.first, self.last = int(EARLIEST_SECONDS * sample_rate_hz), int(LATEST_SECONDS * sample_rate_hz)
        self.half = max(int(FADE_SECONDS * sample_rate_hz / 2), 1)
        phase = (torch.arange(2 * self.half, dtype=torch.float32) + 0.5) / (2 * self.half)
        self.rise = (math.pi / 2 * phase).sin().square()
        self._waiting, self._fading, self._start = torch.zeros(0), torch.zeros(0), 0

    def push(self, block: Wave) -> Float[Tensor, " ready"]:
        """The samples that are finished with this block; there may be none."""
        self._waiting = torch.cat((self._waiting, block))
        ready = [torch.zeros(0)]
        while len(self._waiting) > self.most:
            cut = self._quietest()
            made = self._joined(self._waiting[: cut + self.half])
            ready.append(made[: -2 * self.half])
            self._fading = made[-2 * self.half :]
            self._waiting = self._waiting[cut - self.half :].clone()
            self._start += cut - self.half
        return torch.cat(ready)

    def finish(self) -> Wave:
        """What was waiting for more to come."""
        return self._joined(self._waiting) if len(self._waiting) else self._waiting

    def _joined(self, piece: Wave) -> Wave:
        made = self.convert(piece, self._start).clone()
        fade = len(self._fading)
        # in this form, two that are equal give themselves, bit for bit
        made[:fade] = self._fading + self.rise[:fade] * (made[:fade] - self._fading)
        return made

    def _quietest(self) -> int:
        """The sample around which a fade's length of signal has the least energy."""
        searched = self._waiting[self.first - self.half : self.last + self.half].double().square()
        sums = torch.nn.functional.pad(searched.cumsum(0), (1, 0))
        return self.first + int((sums[2 * self.half :] - sums[: -2 * self.half]).argmin())


def in_pieces(
    blocks: Iterable[Float[Tensor, "channels _"]], convert: Callable[[Wave, int, int], Wave], *, sample_rate_hz: int
) -> Iterator[Float[Tensor, "channels _"]]:
    """A recording, block by block, with every channel converted by itself: `convert(piece, channel, start)`."""
    channels: list[Pieces] = []
    ready: list[Tensor] = []

    def complete(made: list[Tensor]) -> Tensor:
        """What all channels have ready, which their cuts let differ."""
        nonlocal ready
        whole = [torch.cat(parts) for parts in zip(ready, made, strict=True)]
        least = min(map(len, whole))
        ready = [one[least:] for one in whole]
        return torch.stack([one[:least] for one in whole])

    for block in blocks:
        if not channels:
            channels = [
                Pieces(lambda piece, start, channel=channel: convert(piece, channel, start), sample_rate_hz=sample_rate_hz)
                for channel in range(len(block))
            ]
            ready = [torch.zeros(0)] * len(channels)
        yield complete([one.push(part) for one, part in zip(channels, block, strict=True)])
    if channels:
        yield complete([one.finish() for one in channels])
