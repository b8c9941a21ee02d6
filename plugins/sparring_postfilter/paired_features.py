"""Synthetic speech and the natural speech that it stands for, as features of the same frames."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor

from sparring import Data, DataError, Split, progress_bar
from sparring_audio import STILL, first_few, global_variance, info, ms_distance, refuse
from sparring_postfilter.bands import Bands
from sparring_postfilter.features import Kind, Scale
from sparring_postfilter.matching import Matched, Matcher, digests_of
from sparring_postfilter.over_smoothing import OverSmoothing
from sparring_postfilter.pairs import Pair, bundled_pairs, folder_pairs
from sparring_postfilter.post_filter_example import PostFilterExample

MOST_MEASURED = 100  # utterances, which say enough of a corpus for a line about it

Matrix = Float[np.ndarray, "frames dims"]


class PairedFeatures(Data):
    """Pairs of natural and synthetic speech: fields `natural` and `synthetic`, the same crop of both, (rows, crop_frames) float32,
    normalised by the natural side's mean and deviation and cut into overlapping `bands` (see `Bands`).

    `root` has a folder `natural` and a folder `synthetic` with files of the same names: both audio (any rate and channels, which are mixed
    down), or both feature files (`.npy`, or little-endian float32 as of SPTK and Merlin: c0 to c`coefficients`, or the linear magnitudes of
    `fft_size` / 2 + 1 bins, every `frame_seconds`). Where lengths differ, the natural side is aligned to the synthetic one. Without `root`,
    the bundled `speakers` are the natural side, and their speech over-smoothed (`OverSmoothing`: `state_frames`, `smoothing_frames`,
    `liftering`) the synthetic one.

    An epoch is as many crops as the training utterances hold, each utterance in proportion to its length; where a crop starts is drawn.
    Silence at both ends (40 dB below the loudest natural frame) is left out of crops and of the mean and deviation. Held out are the
    bundled corpus' own validation and test sentences, or `held_out_share` of the pairs for the test and as many for validation. Features
    are kept in the cache.

    Raises `DataError` with every problem of the files, `ValueError` for options that do not fit.
    """

    fields: ClassVar[tuple[str, ...]] = ("natural", "synthetic")

    def __init__(
        self,
        *,
        root: Path | None = None,
        speakers: tuple[str, ...] = ("slt", "rms"),
        features: Kind = "mel-cepstra",
        coefficients: Annotated[int, Field(ge=1, le=100)] = 24,
        fft_size: Annotated[int, Field(ge=64, le=16384, multiple_of=2)] = 512,
        bands: Annotated[int, Field(ge=1)] = 1,
        overlap: Annotated[int, Field(ge=0)] = 0,
        crop_frames: Annotated[int, Field(ge=1)] = 40,
        state_frames: Annotated[int, Field(ge=1)] = 8,
        smoothing_frames: Annotated[float, Field(ge=0)] = 3.0,
        liftering: Annotated[float, Field(gt=0)] | None = 24.0,
        sample_rate_hz: Annotated[int, Field(ge=16000)] = 16000,
        frame_seconds: float = 0.005,
        f0_method: Literal["dio", "harvest"] = "dio",
        f0_floor_hz: float = 71.0,
        f0_ceiling_hz: float = 500.0,
        held_out_share: Annotated[float, Field(gt=0, lt=0.5)] = 0.1,
    ) -> None:
        smoothing = OverSmoothing(state_frames=state_frames, smoothing_frames=smoothing_frames, liftering=liftering)
        self.matcher = Matcher.of({
            "features": features, "coefficients": coefficients, "fft_size": fft_size, "sample_rate_hz": sample_rate_hz,
            "frame_seconds": frame_seconds, "f0_method": f0_method, "f0_floor_hz": f0_floor_hz, "f0_ceiling_hz": f0_ceiling_hz,
        }, smoothing)  # fmt: skip
        self.features, self.crop_frames = self.matcher.features, crop_frames
        self.bands = Bands(self.features.dims, bands, overlap)
        self.pairs = bundled_pairs(speakers) if root is None else folder_pairs(Path(root).expanduser(), share=held_out_share)
        self.remarks = self.pairs.remarks
        self._training = self._learned_from(self._checked())
        spoken = [np.flatnonzero(one.heard) for one in self._training.values()]
        self._spoken = [slice(frames[0], frames[-1] + 1) for frames in spoken]
        self.scale = Scale.of([one.natural[part] for one, part in zip(self._training.values(), self._spoken, strict=True)])
        self._utterances = list(self._training.values())
        self._ends = np.cumsum([part.stop - part.start for part in self._spoken])

    def __len__(self) -> int:
        return int(self._ends[-1]) // self.crop_frames

    def sample(self, index: int, draw: np.random.Generator) -> Mapping[str, Tensor]:
        # the utterance that has the middle of this crop's part of all frames
        number = int(np.searchsorted(self._ends, (index + 0.5) * self._ends[-1] / len(self), side="right"))
        one, spoken = self._utterances[number], self._spoken[number]
        start = int(draw.integers(spoken.start, spoken.stop - self.crop_frames + 1))
        return {name: self._banded(getattr(one, name)[start : start + self.crop_frames]) for name in self.fields}

    def examples(self, split: Split) -> Sequence[PostFilterExample]:
        """The utterances of the split, whole; `train` are those that are learned from."""
        pairs = list(self._training) if split == "train" else self.pairs.of(split)
        return [PostFilterExample(pair.name, pair=pair, matcher=self.matcher) for pair in pairs]

    @property
    def utterances(self) -> Sequence[tuple[Matrix, Matrix]]:
        """Natural and synthetic features of every training utterance, float64, silence included, not normalised."""
        return [(one.natural.astype(np.float64), one.synthetic.astype(np.float64)) for one in self._utterances]

    @property
    def heard(self) -> Sequence[Bool[np.ndarray, " _"]]:
        """Which natural frames of every training utterance are less than 40 dB below its loudest one."""
        return [one.heard for one in self._utterances]

    def facts(self) -> Mapping[str, int]:
        return {"dims": self.bands.dims, "bands": self.bands.count, "overlap": self.bands.overlap}

    def statistics(self) -> Mapping[str, Tensor]:
        return self.scale.tensors()

    def fingerprint(self) -> str:
        digest = hashlib.sha256(f"{self.crop_frames} {self.bands.count} {self.bands.overlap}\n".encode())
        for pair in self._training:
            digest.update(f"train {pair.name} {self.matcher.key(pair)} {digests_of(pair)}\n".encode())
        for pair in (*self.pairs.validation, *self.pairs.test):
            digest.update(f"held out {pair.name} {[path.stat().st_size for path in pair.files]}\n".encode())
        return digest.hexdigest()

    def describe(self) -> str:
        minutes = sum(map(len, self.heard)) * self.features.frame_seconds / 60
        synthetic = next(iter(self._training)).synthetic
        what = self.matcher.smoothing.describe() if synthetic is None else "as recorded"
        remarks = "".join(f"; {remark}" for remark in self.remarks)
        held_out = f"{len(self.pairs.validation)} for validation, {len(self.pairs.test)} for the test"
        return (
            f"{self.pairs.label}: {len(self._utterances)} training utterances, {minutes:.1f} min, as {self.features.kind}; "
            f"{held_out}; synthetic: {what}, {self._measured}{remarks}"
        )

    @cached_property
    def _measured(self) -> str:
        """How smooth the synthetic side of the training utterances is, by the mel-cepstra of both sides."""
        variances, distances = [], []
        for one in self._utterances[:MOST_MEASURED]:
            natural, synthetic = (self.features.cepstra(side.astype(np.float64)) for side in (one.natural, one.synthetic))
            spoken = np.flatnonzero(one.heard)
            variances.append(global_variance(synthetic[spoken]) / np.maximum(global_variance(natural[spoken]), STILL))
            within = slice(spoken[0], spoken[-1] + 1)
            distances.append(ms_distance(synthetic[within], natural[within], frame_seconds=self.features.frame_seconds))
        defined = [distance for distance in distances if np.isfinite(distance)]
        modulation = f"{np.mean(defined):.1f} dB modulation spectrum distance" if defined else "too short for a modulation spectrum"
        return f"{np.mean(variances):.2f} of natural global variance, {modulation}"

    def _banded(self, features: Float[np.ndarray, "frames dims"]) -> Float[Tensor, "rows frames"]:
        normalised = rearrange(self.scale.normalised(features), "frames dims -> dims frames")
        return self.bands.cut(torch.from_numpy(normalised).float())

    def _checked(self) -> dict[Pair, Matched]:
        """The training pairs, matched. Raises `DataError` with every problem of any file; of held-out ones, where they are not bundled."""
        own = all(pair.synthetic is None for pair in self.pairs.train)
        chosen = list(dict.fromkeys(self.pairs.train if own else (*self.pairs.train, *self.pairs.validation, *self.pairs.test)))
        matched: dict[Pair, Matched] = {}
        problems: list[str] = []
        narrow: list[Pair] = []
        for pair in progress_bar(iterable=chosen, desc="analysing speech", unit="file", leave=False):
            try:
                matched[pair] = self.matcher.matched(pair)
                if not pair.of_features and any(info(path).sample_rate_hz < self.features.sample_rate_hz for path in pair.files):
                    narrow.append(pair)
            except DataError as error:
                problems.append(str(error))
        refuse(problems)
        if narrow:
            self.remarks += (f"nothing above half the rate of {named(narrow)}, which is below {self.features.sample_rate_hz} Hz",)
        return {pair: matched[pair] for pair in self.pairs.train}

    def _learned_from(self, matched: Mapping[Pair, Matched]) -> dict[Pair, Matched]:
        """The pairs that hold a crop of speech; the others become a remark. Raises `DataError` if none does."""
        fit: dict[Pair, Matched] = {}
        unfit: list[Pair] = []
        for pair, one in matched.items():
            frames = np.flatnonzero(one.heard)
            if len(frames) and frames[-1] + 1 - frames[0] >= self.crop_frames:
                fit[pair] = one
            else:
                unfit.append(pair)
        seconds = self.crop_frames * self.features.frame_seconds
        if not fit:
            raise DataError(
                f"{self.pairs.label}: there are less than {self.crop_frames} frames ({seconds:g} s) of speech in {named(unfit)}: make "
                "data.crop_frames smaller, or bring longer utterances"
            )
        if unfit:
            self.remarks += (f"left out as they have less than {seconds:g} s of speech: {named(unfit)}",)
        return fit


def named(pairs: Sequence[Pair]) -> str:
    """The first few of some utterances, by name."""
    return first_few([pair.name for pair in pairs])
