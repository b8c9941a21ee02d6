"""Natural and synthetic features of an utterance, frame beside frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float

from sparring import DataError, cache_file, keep_tensors, read_tensors
from sparring_audio import align, content_hash, heard
from sparring_postfilter.feature_files import read
from sparring_postfilter.features import Analysed, Features, Wave, features_of
from sparring_postfilter.mel_cepstra import MelCepstra, WorldCepstra
from sparring_postfilter.over_smoothing import OverSmoothing
from sparring_postfilter.pairs import Pair

MOST_APART = 1.5  # times as many frames: speech of one sentence, with the pauses at its ends
MOST_ALIGNED = 8000  # frames of both: 40 s every 5 ms, for which alignment takes 1.3 GB


class Matched(NamedTuple):
    """Natural and synthetic features (frames, dims) of the same frames, and which of the natural ones are heard."""

    natural: Float[np.ndarray, "frames dims"]
    synthetic: Float[np.ndarray, "frames dims"]
    heard: Bool[np.ndarray, " frames"]


@dataclass(frozen=True)
class Matcher:
    """How the files of a pair become features: `features` of both; where there is no synthetic file, natural speech is over-smoothed, as
    mel-cepstra of `voice` (spoken by WORLD, where features are others).

    Frames of the synthetic side stay as they are. Of a natural side of another length each gets the frame in the middle of those that lie
    beside it on the path of dynamic time warping by mel-cepstra.
    """

    features: Features
    voice: MelCepstra
    smoothing: OverSmoothing

    @classmethod
    def of(cls, options: Mapping[str, Any], smoothing: OverSmoothing) -> Matcher:
        """By the options of data, as `features_of` takes them."""
        voice = features_of({**options, "features": "mel-cepstra"})
        assert isinstance(voice, MelCepstra)
        return cls(features_of(options), voice, smoothing)

    def key(self, pair: Pair) -> str:
        """What its features depend on beside the content of files, as text for the name of a cache file."""
        return self.features.key() + (f" {self.voice.key()} {self.smoothing.key()}" if pair.synthetic is None else "")

    def matched(self, pair: Pair) -> Matched:
        """The features of a pair, float32, from the cache, or else worked out and kept there.

        Raises `DataError`, naming the file, where one is damaged, holds other features, or has no counterpart in the other one.
        """
        place = cache_file("post-filter-features", *digests_of(pair), self.key(pair), *(("files",) if pair.of_features else ()))
        kept = read_tensors(place)
        if kept is None:
            natural, synthetic, mask = self._matched(pair)
            kept = keep_tensors(place, {
                "natural": torch.from_numpy(natural.astype(np.float32)),
                "synthetic": torch.from_numpy(synthetic.astype(np.float32)),
                "heard": torch.from_numpy(mask),
            })  # fmt: skip
        return Matched(*(kept.tensors[name].numpy() for name in Matched._fields))

    def natural_wave(self, pair: Pair) -> Wave | None:
        """The wave of the natural side at the features' rate; None for feature files."""
        return None if pair.of_features else _wave(pair.natural, self.features.sample_rate_hz)

    def analysed(self, pair: Pair) -> Analysed | None:
        """The analysis of the synthetic side; None for feature files."""
        if pair.of_features:
            return None
        if pair.synthetic is not None:
            return self._analysed(pair.synthetic)
        smooth = self._smooth(pair)
        return smooth if isinstance(self.features, MelCepstra) else self.features.analyse(self._spoken(smooth, pair))

    def synthetic_wave(self, pair: Pair) -> Wave | None:
        """The wave of the synthetic side; None for feature files."""
        if pair.of_features:
            return None
        if pair.synthetic is not None:
            return _wave(pair.synthetic, self.features.sample_rate_hz)
        return self._spoken(self._smooth(pair), pair)

    def _smooth(self, pair: Pair) -> WorldCepstra:
        """The natural side over-smoothed."""
        analysed = self.voice.analyse(_wave(pair.natural, self.voice.sample_rate_hz))
        return self.voice.changed(analysed, self.smoothing(analysed.columns))

    def _spoken(self, smooth: WorldCepstra, pair: Pair) -> Wave:
        return self.voice.speak(smooth, smooth.features, samples=len(_wave(pair.natural, self.voice.sample_rate_hz)))

    def _analysed(self, path: Path) -> Analysed:
        try:
            return self.features.analyse(_wave(path, self.features.sample_rate_hz))
        except DataError as error:
            raise DataError(str(error) if str(error).startswith(f"{path}: ") else f"{path}: {error}") from error

    def _columns(self, path: Path, *, of_features: bool) -> np.ndarray:
        if of_features:
            return read(path, self.features.columns, kind=self.features.kind)
        return self._analysed(path).columns

    def _matched(self, pair: Pair) -> Matched:
        if pair.synthetic is None:
            natural = self._columns(pair.natural, of_features=False)
            analysed = self.analysed(pair)
            assert analysed is not None
            synthetic = analysed.columns
        else:
            natural, synthetic = (self._columns(path, of_features=pair.of_features) for path in pair.files)
        if pair.synthetic is not None and self.features.heard(natural).any() and not self.features.heard(synthetic).any():
            raise DataError(f"{pair.synthetic}: is silent, and {pair.natural} is not: bring its speech, or take both away")
        if len(natural) != len(synthetic):
            natural = natural[self._beside(pair, natural, synthetic)]
        return Matched(self.features.from_columns(natural), self.features.from_columns(synthetic), self.features.heard(natural))

    def _beside(self, pair: Pair, natural: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
        """The number of a natural frame for each synthetic one."""
        longer, shorter = max(len(natural), len(synthetic)), min(len(natural), len(synthetic))
        lengths = f"{pair.natural} has {len(natural)} frames and {pair.synthetic} has {len(synthetic)}"
        if longer > MOST_APART * shorter:
            wanted = f"every {self.features.frame_seconds:g} seconds, and of the same order (see data.frame_seconds and data.coefficients)"
            raise DataError(f"{lengths}: are both of this sentence, {wanted}?")
        if longer > MOST_ALIGNED:
            raise DataError(f"{lengths}, too many to be aligned: cut them into sentences, or make both of one length")
        of_both = (self.features.cepstra(self.features.from_columns(columns)) for columns in (natural, synthetic))
        path, other = align(*of_both)
        starts = np.searchsorted(other, np.arange(len(synthetic)), side="left")
        ends = np.searchsorted(other, np.arange(len(synthetic)), side="right") - 1
        return path[(starts + ends) // 2]


def digests_of(pair: Pair) -> tuple[str, ...]:
    """A hash of the content of every file of a pair. Raises `DataError` for one that cannot be read."""
    return tuple(map(content_hash, pair.files))


# both sides of an example are asked for one after the other
@lru_cache(maxsize=4)
def _wave(path: Path, sample_rate_hz: int) -> Wave:
    return heard(path, sample_rate_hz).double().numpy()
