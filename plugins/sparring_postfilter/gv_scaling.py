"""The classical remedy for over-smoothing: every coefficient stretched around its mean until its variance is a natural one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float

from sparring import Baseline, Data, Example
from sparring_audio import STILL, global_variance
from sparring_postfilter.baselines import example_of, learning_from
from sparring_postfilter.filtered_speech import FilteredSpeech, answered

Features = Float[np.ndarray, "frames dims"]
Utterance = Float[np.ndarray, "_ dims"]  # several go side by side


class GlobalVarianceScaling(Baseline):
    """Stretches each feature around its mean over the utterance by what the training data say: g (y - mean) + mean, g² = v_nat / v_gen.

    `morph`: 1 for all of that, 0 for nothing. The variances v are means over training utterances, of their frames that are heard. For the
    data `synthetic-and-natural`.

    Source: the GV post-filter of sprocket (Kobayashi, Toda 2018), after Toda, Black, Tokuda 2007, with statistics from training.
    """

    def __init__(self, *, morph: float = 1.0) -> None:
        if not 0 <= morph <= 1:
            raise ValueError(f"morph is {morph}: give a share of the stretching from 0 (nothing) to 1 (all)")
        self.morph = morph
        self._gains = np.ones(0)

    def prepare(self, data: Data) -> None:
        """Learn the gains from the training utterances. Raises `DataError` for other data."""
        utterances = learning_from(data, "gv-scaling")
        self._gains = variance_gains((one.natural[one.heard], one.synthetic[one.heard]) for one in utterances if one.heard.any())

    def answer(self, example: Example) -> FilteredSpeech:
        """The synthetic features, stretched."""
        paired = example_of(example)
        return answered(paired, stretched(paired.synthetic, 1 + self.morph * (self._gains - 1)))


def variance_gains(utterances: Iterable[tuple[Utterance, Utterance]]) -> Float[np.ndarray, " dims"]:
    """What gives synthetic features the variance of natural ones, from pairs (natural, synthetic) of one frame or more; 1 for a synthetic
    feature that never moves.
    """
    variances = [(global_variance(natural), global_variance(synthetic)) for natural, synthetic in utterances]
    natural, synthetic = np.mean(variances, axis=0) if variances else (np.ones(1), np.ones(1))
    return np.sqrt(np.divide(natural, synthetic, out=np.ones_like(natural), where=synthetic > STILL))


def stretched(features: Features, gains: Float[np.ndarray, " dims"]) -> Features:
    """The features with their distance from their mean over time multiplied."""
    mean = features.mean(axis=0)
    return mean + gains * (features - mean)
