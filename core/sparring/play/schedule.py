"""Schedules: pure functions of the step. There is no state to save, and a resumed run cannot disagree with a straight one."""

from __future__ import annotations

import math


def constant(step: int, *, value: float) -> float:
    """`value`, always."""
    return value


def linear(step: int, *, start: float, end: float, over: int, after: int = 0, warmup: int = 0) -> float:
    """From `start` to `end` over `over` steps, beginning at step `after`; the first `warmup` steps rise to it from zero."""
    share = min(max(step - after, 0) / over, 1.0)
    return (start + (end - start) * share) * _rise(step, warmup)


def cosine(step: int, *, start: float, end: float = 0.0, over: int, after: int = 0, warmup: int = 0) -> float:
    """Half a cosine from `start` to `end` over `over` steps, beginning at step `after`; the first `warmup` steps rise to it from zero."""
    share = min(max(step - after, 0) / over, 1.0)
    return (end + (start - end) * (1 + math.cos(math.pi * share)) / 2) * _rise(step, warmup)


def exponential(step: int, *, start: float, rate: float, every: int = 1, after: int = 0, warmup: int = 0) -> float:
    """`start` multiplied by `rate` once for every `every` whole steps since `after`; the first `warmup` steps rise to it from zero."""
    return start * rate ** (max(step - after, 0) // every) * _rise(step, warmup)


def _rise(step: int, warmup: int) -> float:
    return min((step + 1) / warmup, 1.0) if warmup else 1.0
