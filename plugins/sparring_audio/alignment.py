"""Laying one utterance along another that says the same at another pace."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Integer

from sparring import DataError


def align(
    one: Float[np.ndarray, "frames dims"], other: Float[np.ndarray, "other_frames dims"]
) -> tuple[Integer[np.ndarray, " path"], Integer[np.ndarray, " path"]]:
    """The frames of both, pair by pair, along the path of least total Euclidean distance from both starts to both ends.

    Every frame occurs; each step advances either utterance, or both, by one frame, and all steps cost alike. Needs the package
    `librosa`, and 20 bytes times both numbers of frames.

    Raises `DataError` if either has no frames.

    Source: Sakoe and Chiba 1978, Dynamic programming algorithm optimization for spoken word recognition.
    """
    if not (len(one) and len(other)):
        raise DataError("there is nothing to align: give both utterances a frame or more")
    # librosa takes seconds to import
    from librosa.sequence import dtw

    _, path = dtw(one.T, other.T, metric="euclidean")
    return path[::-1, 0], path[::-1, 1]
