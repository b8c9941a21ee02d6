"""How far two pitch contours lie apart: where both are voiced, and where only one is. 0 Hz is unvoiced."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def log_f0_rmse(f0: Float[np.ndarray, " frames"], reference: Float[np.ndarray, " frames"]) -> float:
    """The root mean square difference of the natural logarithms of two contours in Hz, over frames where both are voiced.

    Frames belong together one by one (`align` first). An octave is ln 2 = 0.693, a semitone 0.0578, a cent 0.000578. NaN where no frame
    is voiced in both.
    """
    both = (f0 > 0) & (reference > 0)
    if not both.any():
        return float("nan")
    return float(np.sqrt(np.mean(np.log(f0[both] / reference[both]) ** 2)))


def vuv_error(f0: Float[np.ndarray, " frames"], reference: Float[np.ndarray, " frames"]) -> float:
    """The percentage of frames that are voiced in one contour and unvoiced in the other; NaN without frames."""
    if not len(f0):
        return float("nan")
    return float(100 * np.mean((f0 > 0) != (reference > 0)))
