"""Speech as smooth as that of a statistical synthesiser, made of natural speech: what a post-filter is trained on before a synthesiser's
own output is there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d


@dataclass(frozen=True, kw_only=True)
class OverSmoothing:
    """What statistical parametric synthesis does to mel-cepstra, in the plainest form.

    In time: they are averaged over states of `state_frames` frames each (an HMM's states are one mean each; 1: none), made continuous by
    a Gaussian with a deviation of `smoothing_frames` frames (as the dynamic features do; 0: none). In frequency: the deviation of each
    coefficient c_m, m >= 1, from its mean over the utterance is multiplied by exp(-m² / (2 liftering²)) (None: not), since what averages
    over many sentences keeps less of the higher ones.

    Source of what is imitated: Toda, Black, Tokuda 2007, III; Takamichi et al. 2014, II.
    """

    state_frames: int = 8
    smoothing_frames: float = 3.0
    liftering: float | None = 24.0

    def __call__(self, cepstra: Float[np.ndarray, "frames columns"]) -> Float[np.ndarray, "frames columns"]:
        """The mel-cepstra c0 to cN of an utterance of one frame or more, smoothed. The same ones give the same numbers."""
        starts = np.arange(0, len(cepstra), self.state_frames)
        lengths = np.diff(starts, append=len(cepstra))
        states = np.add.reduceat(cepstra, starts) / lengths[:, None]
        smooth = np.repeat(states, lengths, axis=0)
        if self.smoothing_frames:
            smooth = gaussian_filter1d(smooth, self.smoothing_frames, axis=0, mode="nearest")
        if self.liftering is None:
            return smooth
        mean = cepstra.mean(axis=0)
        return mean + (smooth - mean) * np.exp(-((np.arange(cepstra.shape[1]) / self.liftering) ** 2) / 2)

    def key(self) -> str:
        """Everything that changes its result, as text for the name of a cache file."""
        return f"over-smoothed {self.state_frames} {self.smoothing_frames} {self.liftering}"

    def describe(self) -> str:
        """What is done, in words."""
        steps = [f"averaged over states of {self.state_frames} frames"] if self.state_frames > 1 else []
        steps += [f"smoothed over {self.smoothing_frames:g} frames"] if self.smoothing_frames else []
        steps += [f"liftered by {self.liftering:g}"] if self.liftering is not None else []
        return f"mel-cepstra {', '.join(steps) or 'unchanged'}"
