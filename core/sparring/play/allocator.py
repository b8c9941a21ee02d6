"""Training on a CPU frees and allocates the same large blocks in every step; glibc returns each to the system and faults it in again."""

from __future__ import annotations

import ctypes
import os
import platform

M_TRIM_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -4, -8


def keep_memory() -> bool:
    """Tell glibc to keep what it has got: a third of the time of a SEGAN step. True if it listened; other systems have no such knob.

    `SPARRING_KEEP_MEMORY=0` leaves the allocator alone.
    """
    if platform.libc_ver()[0] != "glibc" or os.environ.get("SPARRING_KEEP_MEMORY") == "0":
        return False
    libc = ctypes.CDLL(None)
    largest = 2**31 - 1
    return all(libc.mallopt(knob, value) == 1 for knob, value in ((M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, largest), (M_ARENA_MAX, 1)))
