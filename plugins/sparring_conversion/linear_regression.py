"""The oracle: conversion learned from what unpaired systems must do without, the same sentences said by both speakers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from sparring import Baseline, Data, DataError, Example, cache_file, gather, keep_tensors, progress_bar, read_tensors
from sparring_audio import align
from sparring_conversion.baselines import converting_by
from sparring_conversion.convert import Convert
from sparring_conversion.spectra import Features
from sparring_conversion.statistics import Voices
from sparring_conversion.voices_data import VoicesData
from sparring_conversion.world_features import digests_of, utterances_of

PROCEDURE = "1"  # to be raised when anything about the fit changes that its key in the cache does not say
MOST_SENTENCES = 50  # of a pair of speakers: two to five minutes, thousands of frames for each of a few hundred unknowns
ROUNDS = 3  # of aligning and fitting: converted speech finds its place beside the target better than the source does
RIDGE = 1e-3  # of the variance of a normalised feature: neighbouring bins of a spectrum say nearly the same

Parallel = Sequence[tuple[Features, Features]]


class LinearRegression(Baseline):
    """Frame-wise linear regression from aligned parallel sentences of the training split, for every ordered pair of speakers; then the
    same way back to a wave as the application `convert`, pitch included. For data `voices`.

    It uses all training recordings that both speakers have, also those that unpaired training gave to one of them alone: an oracle.

    Source: frames by dynamic time warping, as Stylianou, Cappé and Moulines 1998, aligned anew after each fit, as in Toda's systems.
    """

    def __init__(self) -> None:
        self._data: Data | None = None
        self._systems: dict[str, Convert] = {}

    def prepare(self, data: Data) -> None:
        """Fits the regressions, in seconds (spectra of every bin: half a minute), or reads them from the cache.

        Raises `DataError` for other data than `voices`, and where two speakers have no training sentence in common.
        """
        if not isinstance(data, VoicesData):
            raise DataError(f"the baseline 'linear-regression' is for the data 'voices', and these are {data.describe()}: leave it out")
        if data is not self._data:
            self._data, self._systems = data, _systems(data)

    def answer(self, example: Example) -> Float[Tensor, " time"]:
        """The wave `example.source` in the voice of `example.target_speaker`."""
        spoken: Any = example
        return self._systems[spoken.source_speaker].answer(example)


class LinearMaps(nn.Module):
    """One speaker's spectra to those of others, for each number of a target by a matrix (dims + 1, dims), intercept in the last row."""

    def __init__(self, maps: Mapping[int, Float[Tensor, "_ dims"]]) -> None:
        super().__init__()
        self.maps = maps

    def forward(self, spectra: Float[Tensor, "batch dims frames"], speaker: Tensor) -> Float[Tensor, "batch dims frames"]:
        matrix = self.maps[int(speaker)].to(spectra)
        return matrix[:-1].T @ spectra + matrix[-1, :, None]


def fitted_maps(data: VoicesData, voices: Voices) -> dict[tuple[str, str], Float[Tensor, "_ dims"]]:
    """Source and target -> matrix as `LinearMaps` takes it, for all ordered pairs of speakers; fitted once, then read from the cache."""
    common = {pair: _common(data, *pair) for pair in permutations(voices.names, 2)}
    digests = digests_of(sorted({data.corpus.train[name][sentence] for pair, of in common.items() for name in pair for sentence in of}))
    key = [f"{one} {other} {' '.join(of)}" for (one, other), of in common.items()]
    path = cache_file("linear-regressions", PROCEDURE, data.fingerprint(), data.analyser.key(), *key, *digests.values())
    kept = read_tensors(path)
    if any(gather(kept is None)):  # elsewhere too: recordings are analysed by all processes together
        features = {one.path: one.features.astype(np.float64) for one in utterances_of(digests, data.analyser)}
        work = progress_bar(iterable=common.items(), desc="fitting linear regressions", unit="pair", leave=False)
        fits = {f"{one}/{other}": aligned_regression(_parallel(data, voices, features, (one, other), of)) for (one, other), of in work}
        kept = keep_tensors(path, {name: torch.from_numpy(fit) for name, fit in fits.items()})
    assert kept is not None
    return {(one, other): kept.tensors[f"{one}/{other}"] for one, other in common}


def regression(source: Features, target: Features) -> Float[np.ndarray, "_ dims"]:
    """The matrix W, intercept in the last row, of least |[x 1] W - y|² + RIDGE · frames · |W|² without the intercept."""
    known = np.concatenate((source, np.ones((len(source), 1))), axis=1)
    ridge = RIDGE * len(source) * np.eye(known.shape[1])
    ridge[-1, -1] = 0
    return np.linalg.solve(known.T @ known + ridge, known.T @ target)


def aligned_regression(parallel: Parallel) -> Float[np.ndarray, "_ dims"]:
    """The regression of utterances that say the same at another pace: align, fit, and align again what that makes of the source."""
    converted = [source for source, _ in parallel]
    matrix = np.zeros((0, 0))
    for _ in range(ROUNDS):
        paths = [align(one, target) for one, (_, target) in zip(converted, parallel, strict=True)]
        chosen = [(source[i], target[j]) for (source, target), (i, j) in zip(parallel, paths, strict=True)]
        matrix = regression(*(np.concatenate(side) for side in zip(*chosen, strict=True)))
        converted = [source @ matrix[:-1] + matrix[-1] for source, _ in parallel]
    return matrix


def _common(data: VoicesData, source: str, target: str) -> list[str]:
    """The training sentences that both have, or as many as are enough, evenly spread."""
    both = sorted(set(data.corpus.train[source]) & set(data.corpus.train[target]))
    if not both:
        raise DataError(
            f"the baseline 'linear-regression' learns from sentences that both speakers say, and {source!r} and {target!r} have no "
            "training sentence (file name) in common: leave it out of evaluation.baselines"
        )
    wanted = min(len(both), MOST_SENTENCES)
    return [both[number * len(both) // wanted] for number in range(wanted)]


def _parallel(
    data: VoicesData, voices: Voices, features: Mapping[Any, Features], pair: tuple[str, str], sentences: Sequence[str]
) -> Parallel:
    """Normalised features of both speakers' readings, without those that are silent."""
    normalised = [
        tuple(data.spectra.normalised(features[data.corpus.train[name][one]], voices[name].scale) for name in pair) for one in sentences
    ]
    found = [(source, target) for source, target in normalised if len(source) and len(target)]
    if not found:
        raise DataError(f"the training sentences that {pair[0]!r} and {pair[1]!r} have in common are silent: leave 'linear-regression' out")
    return found


def _systems(data: VoicesData) -> dict[str, Convert]:
    """For each source speaker the application, with the regressions in the place of networks."""
    voices = Voices.read(data.statistics())
    maps: dict[str, dict[int, Tensor]] = {name: {} for name in voices.names}
    for (source, target), matrix in fitted_maps(data, voices).items():
        maps[source][voices.number(target)] = matrix
    return {source: converting_by(LinearMaps(of), data) for source, of in maps.items()}
