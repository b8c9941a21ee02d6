"""What enhancement systems are compared with on the same files: doing nothing, and the Wiener filter."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from sparring import Baseline, DataError, Example
from sparring_audio.wiener_filter import wiener


class Noisy(Baseline):
    """The unprocessed recording: what every system has to beat. For examples with a wave `noisy`."""

    def answer(self, example: Example) -> Tensor:
        """The noisy wave itself."""
        return _carried(example, "noisy")


class Wiener(Baseline):
    """The a-priori-SNR Wiener filter (Scalart and Filho 1996). For examples with `noisy` and `sample_rate_hz`."""

    def answer(self, example: Example) -> Tensor:
        """The filtered noisy wave."""
        return wiener(_carried(example, "noisy"), _carried(example, "sample_rate_hz"))


def _carried(example: Example, field: str) -> Any:
    if not hasattr(example, field):
        raise DataError(f"example {example.name!r} carries no {field!r}: this baseline is for speech enhancement")
    return getattr(example, field)
