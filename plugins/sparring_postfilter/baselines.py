"""What a post-filter is compared with on the same utterances: no filter, the natural features, and a network without an opponent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sparring import Application, Baseline, Data, DataError, Example, load
from sparring_postfilter.filter import Filter
from sparring_postfilter.filtered_speech import FilteredSpeech, answered
from sparring_postfilter.matching import Matched
from sparring_postfilter.paired_features import PairedFeatures
from sparring_postfilter.post_filter_example import PostFilterExample


class NoFilter(Baseline):
    """The synthetic features as they are: what every system has to beat."""

    def answer(self, example: Example) -> FilteredSpeech:
        """The synthetic features."""
        paired = example_of(example)
        return answered(paired, paired.synthetic)


class NaturalFeatures(Baseline):
    """The natural features in the place of the synthetic ones: the best that a post-filter of these features can do.

    What passes a filter untouched stays synthetic: pitch, aperiodicity and c0, or the phase.
    """

    def answer(self, example: Example) -> FilteredSpeech:
        """The natural features, frame beside frame with the synthetic ones."""
        paired = example_of(example)
        return answered(paired, paired.natural)


class RegressionNetwork(Baseline):
    """A network that was trained for the least distance from natural features alone, which is what smooths: what the opponent is worth.

    `run`: the run of a recipe whose discriminator never plays, on the same features. For the data `synthetic-and-natural`.
    """

    def __init__(self, *, run: Path) -> None:
        self.run = run
        self._filter: Application | None = None

    def prepare(self, data: Data) -> None:
        """Open the run. Raises `CheckpointError` if it is none, `DataError` if it is of another task or of other features."""
        paired = data_of(data, "regression-network")
        if self._filter is None:
            self._filter = load(self.run)
        if not isinstance(self._filter, Filter):
            raise DataError(f"{self.run}: is the run of another task: give the run of a post-filter")
        theirs = self._filter.post_filter.features
        if theirs != paired.features:
            raise DataError(f"{self.run}: filters {theirs}, and these data are {paired.features}: give both the same features")

    def answer(self, example: Example) -> FilteredSpeech:
        """What the run's application answers."""
        assert isinstance(self._filter, Filter), "prepare comes first"
        return self._filter.answer(example_of(example))


def learning_from(data: Data, baseline: str) -> Sequence[Matched]:
    """The training utterances, silence included, for a baseline of that name. Raises `DataError` for other data than these."""
    paired = data_of(data, baseline)
    return [Matched(*sides, heard) for sides, heard in zip(paired.utterances, paired.heard, strict=True)]


def example_of(example: Example) -> PostFilterExample:
    """The example, which must be one of a post-filter. Raises `DataError` if it is not."""
    if not isinstance(example, PostFilterExample):
        raise DataError(f"example {example.name!r} has no synthetic features: this baseline is for the data 'synthetic-and-natural'")
    return example


def data_of(data: Data, baseline: str) -> PairedFeatures:
    """The data, which must be pairs of features. Raises `DataError` if they are not."""
    if not isinstance(data, PairedFeatures):
        raise DataError(f"the baseline {baseline!r} is for the data 'synthetic-and-natural', and these are {data.describe()}: leave it out")
    return data
