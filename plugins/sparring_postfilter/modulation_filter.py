"""The modulation spectrum post-filter: every coefficient's movement over time, given natural strength frequency by frequency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sparring import Baseline, Data, Example
from sparring_audio import STILL
from sparring_postfilter.baselines import example_of, learning_from
from sparring_postfilter.filtered_speech import FilteredSpeech, answered

Features = Float[np.ndarray, "frames dims"]
Spectrum = Float[np.ndarray, "modulations dims"]


class ModulationPostFilter(Baseline):
    """Moves the log modulation spectrum s of synthetic features by `strength` k towards what the training data say of natural ones:
    (1 - k) s + k ((sd_nat / sd_gen) (s - mu_gen) + mu_nat), for each feature and modulation frequency; the phase is kept.

    For the data `synthetic-and-natural`.

    Source: Takamichi, Toda, Neubig, Sakti, Nakamura 2014, A postfilter to modify the modulation spectrum in HMM-based speech synthesis;
    k = 0.85 as in nnmnkwii, one-dimensional over time.
    """

    def __init__(self, *, strength: float = 0.85) -> None:
        if not 0 <= strength <= 1:
            raise ValueError(f"strength is {strength}: give a share from 0 (no filter) to 1 (statistics as of natural speech)")
        self.strength = strength
        self._filter: ModulationFilter | None = None

    def prepare(self, data: Data) -> None:
        """Learn the statistics from the training utterances, whole as they are. Raises `DataError` for other data."""
        utterances = learning_from(data, "modulation-post-filter")
        longest = max(len(one.natural) for one in utterances)
        natural, synthetic = (Modulations.of([getattr(one, side) for one in utterances], longest) for side in ("natural", "synthetic"))
        self._filter = ModulationFilter(natural, synthetic, strength=self.strength)

    def answer(self, example: Example) -> FilteredSpeech:
        """The synthetic features, filtered."""
        assert self._filter is not None, "prepare comes first"
        paired = example_of(example)
        return answered(paired, self._filter(paired.synthetic))


@dataclass(frozen=True, eq=False)
class Modulations:
    """Mean and standard deviation over utterances of the log modulation spectrum: ln of |DFT|² over the number of frames, of an utterance
    without its mean, zero-padded to `points`; a row for each modulation frequency but 0.
    """

    points: int
    mean: Spectrum
    deviation: Spectrum

    @classmethod
    def of(cls, utterances: Sequence[Float[np.ndarray, "_ dims"]], longest: int) -> Modulations:
        """The statistics of utterances of at most `longest` frames, whose power of two is the number of points."""
        points = power_of_two(longest)
        total = squares = np.zeros((points // 2, utterances[0].shape[1]))
        for one in utterances:
            spectrum = log_power(transformed(one, points), len(one))
            total, squares = total + spectrum, squares + spectrum**2
        mean = total / len(utterances)
        return cls(points, mean, np.sqrt(np.maximum(squares / len(utterances) - mean**2, 0)))

    def at(self, points: int) -> tuple[Spectrum, Spectrum]:
        """Mean and deviation of a transform of more points, between those that there are."""
        known, wanted = np.arange(1, self.points // 2 + 1) / self.points, np.arange(1, points // 2 + 1) / points
        mean, deviation = (
            np.stack([np.interp(wanted, known, column) for column in part.T], axis=1) for part in (self.mean, self.deviation)
        )
        return mean, deviation


class ModulationFilter:
    """Synthetic features in, features with modulation spectra like natural ones out, of any number of frames.

    Utterances longer than any of training have a longer transform, with statistics in between those that there are.
    """

    def __init__(self, natural: Modulations, synthetic: Modulations, *, strength: float) -> None:
        self.natural, self.synthetic, self.strength = natural, synthetic, strength

    def __call__(self, features: Features) -> Features:
        frames = len(features)
        points = max(power_of_two(frames), self.natural.points)
        movement = transformed(features, points)
        (natural, natural_deviation), (synthetic, deviation) = (side.at(points) for side in (self.natural, self.synthetic))
        spectrum = log_power(movement, frames)
        # a modulation that all synthetic utterances have alike is only moved
        spread = np.divide(natural_deviation, deviation, out=np.ones_like(deviation), where=deviation > STILL)
        change = self.strength * (spread * (spectrum - synthetic) + natural - spectrum)
        movement[1:] *= np.exp(np.where(np.abs(movement[1:]) ** 2 > STILL * frames, change / 2, 0))
        return features.mean(axis=0) + np.fft.irfft(movement, points, axis=0)[:frames]


def power_of_two(frames: int) -> int:
    """The least power of two that so many frames fit into, and 2 at least."""
    return max(1 << (frames - 1).bit_length(), 2)


def transformed(features: Features, points: int) -> np.ndarray:
    """The DFT over time, bins 0 to points / 2, of features without their mean."""
    return np.fft.rfft(features - features.mean(axis=0), points, axis=0)


def log_power(movement: np.ndarray, frames: int) -> Spectrum:
    """ln of |DFT|² over the number of frames it is of, without the bin of 0 Hz, where the mean was."""
    return np.log(np.maximum(np.abs(movement[1:]) ** 2 / frames, STILL))
