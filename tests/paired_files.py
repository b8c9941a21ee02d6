"""Feature files of natural and synthetic speech, for tests of what compares and filters them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sparring_postfilter.matching import Matcher
from sparring_postfilter.over_smoothing import OverSmoothing
from sparring_postfilter.pairs import Pair
from sparring_postfilter.post_filter_example import PostFilterExample

LOUD = 2.0  # a c0 that is heard


def movement(*, frames: int, dims: int, seed: int = 0) -> np.ndarray:
    """Features that move like white noise, each with a variance of its own, around a mean of their own; c0 is loud throughout."""
    draw = np.random.default_rng(seed)
    moving = draw.normal(size=(frames, dims)) / np.arange(2, dims + 2) + np.arange(dims)[::-1] / dims
    moving[:, 0] = LOUD
    return moving


def smooth(columns: np.ndarray) -> np.ndarray:
    """Columns c0 to cN with half of the movement of c1 to cN, and less of the quick one."""
    mean = columns.mean(axis=0)
    padded = np.pad(columns - mean, ((1, 1), (0, 0)), mode="edge")
    moving = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    return np.concatenate([columns[:, :1], (mean + 0.5 * moving)[:, 1:]], axis=1)


def save_pair(folder: Path, name: str, natural: np.ndarray, synthetic: np.ndarray) -> Pair:
    """Both sides as feature files below `folder`."""
    for side, columns in (("natural", natural), ("synthetic", synthetic)):
        (folder / side).mkdir(parents=True, exist_ok=True)
        np.save(folder / side / f"{name}.npy", columns)
    return Pair(name, folder / "natural" / f"{name}.npy", folder / "synthetic" / f"{name}.npy")


def example_of_files(folder: Path, natural: np.ndarray, synthetic: np.ndarray) -> PostFilterExample:
    """An example of two sides, mel-cepstra c0 to cN each."""
    matcher = Matcher.of({"features": "mel-cepstra", "coefficients": natural.shape[1] - 1}, OverSmoothing())
    return PostFilterExample("one", pair=save_pair(folder, "one", natural, synthetic), matcher=matcher)
