"""Remembering a costly score of a pair of waves, for the metrics that share it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from threading import Lock
from typing import Any, Generic, TypeVar

from sparring_audio.pair import pair

T = TypeVar("T")


class Memo(Generic[T]):
    """A measure of (estimate, reference, sample_rate_hz) that remembers its last scores by the content of both waves.

    Only digests and scores are kept, `size` of them: a few hundred kilobytes at most, whatever the waves' lengths.
    """

    def __init__(self, measure: Callable[[Any, Any, int], T], *, size: int = 4096) -> None:
        self._measure = measure
        self._size = size
        self._scores: OrderedDict[bytes, T] = OrderedDict()
        self._lock = Lock()

    def __call__(self, estimate: Any, reference: Any, sample_rate_hz: int) -> T:
        """The measure's answer, computed at most once per content while it is remembered."""
        estimate, reference = pair(estimate, reference)
        # both waves have the same length, so that their bytes in a row are unambiguous
        key = blake2b(b"%d:" % sample_rate_hz + estimate.tobytes() + reference.tobytes(), digest_size=32).digest()
        with self._lock:
            if key in self._scores:
                return self._scores[key]
        score = self._measure(estimate, reference, sample_rate_hz)
        with self._lock:
            self._scores[key] = score
            if len(self._scores) > self._size:
                self._scores.popitem(last=False)
        return score
