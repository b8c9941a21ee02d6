"""Vocal tract length normalisation: the frequency axes of speakers, brought together without a word that they have in common.

A longer vocal tract moves all formants down, which an all-pass warping of the frequency axis undoes; on mel-cepstra it is a matrix. Without
it, the vowels of one speaker may lie nearest to other vowels of the other, and unpaired training has to guess which belong together.

Source: Lee and Rose 1996, Speaker normalization using efficient frequency warping procedures; Pitz and Ney 2005, Vocal tract
normalization equals linear transformation in cepstral space; Sündermann and Ney 2003, VTLN-based voice conversion.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from sparring_audio import warping_matrix

FARTHEST = 0.12
STEP = 0.01
ROUNDS = 3

Square = Float[np.ndarray, "dims dims"]


def combined(alpha: float, warping: float) -> float:
    """The coefficient of one all-pass that does what two do after each other."""
    return (alpha + warping) / (1 + alpha * warping)


def rewarped(cepstra: Float[np.ndarray, "frames wide"], warping: float, *, dims: int) -> Float[np.ndarray, "frames dims"]:
    """c1 to c_dims on an axis that is warped once more, from c1 to c_wide."""
    return cepstra @ _matrix(cepstra.shape[1], dims, warping).T


def warpings_of(cepstra: Mapping[str, Float[np.ndarray, "_ wide"]], *, dims: int) -> dict[str, float]:
    """The warping of every speaker, from c1 to c_wide of what they say, (frames, wide); the mean over speakers is 0.

    In turn, each speaker takes the warping (of -0.12 to 0.12 in steps of 0.01) with which the correlations of c1 to c_dims are nearest to
    those of the others, by the Kullback-Leibler divergence of Gaussians both ways: as means and deviations are normalised afterwards,
    correlations are what tells vocal tracts apart. No words are compared.
    """
    covariances = {name: np.cov(frames.T) for name, frames in cepstra.items()}
    candidates = np.round(np.arange(-FARTHEST, FARTHEST + STEP / 2, STEP), 6)
    correlations = {name: [_correlation(one, dims, float(warping)) for warping in candidates] for name, one in covariances.items()}
    chosen = dict.fromkeys(cepstra, len(candidates) // 2)
    for _ in range(ROUNDS):
        for name in cepstra:
            others = [correlations[other][chosen[other]] for other in cepstra if other != name]
            chosen[name] = int(np.argmin([sum(_divergence(one, other) for other in others) for one in correlations[name]]))
    warpings = {name: float(candidates[number]) for name, number in chosen.items()}
    middle = float(np.mean(list(warpings.values())))
    return {name: warping - middle for name, warping in warpings.items()}


def _matrix(wide: int, dims: int, warping: float) -> Float[np.ndarray, "dims wide"]:
    """c0 has no part in it: it adds to no other coefficient, and the level is nobody's voice."""
    return warping_matrix(wide, dims, warping)[1:, 1:]


def _correlation(covariance: Float[np.ndarray, "wide wide"], dims: int, warping: float) -> Square:
    matrix = _matrix(len(covariance), dims, warping)
    warped = matrix @ covariance @ matrix.T
    # a coefficient that never moves correlates with nothing
    deviations = np.sqrt(np.maximum(np.diag(warped), 1e-12))
    return warped / np.outer(deviations, deviations) + 1e-6 * np.eye(dims)


def _divergence(one: Square, other: Square) -> float:
    """Twice the sum of both Kullback-Leibler divergences of Gaussians of mean 0."""
    return float(np.trace(np.linalg.solve(other, one)) + np.trace(np.linalg.solve(one, other)) - 2 * len(one))
