"""What a post-filter sees of speech, frame by frame, and the way back to a wave."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from sparring import CheckpointError, DataError
from sparring_audio import audible

Kind = Literal["mel-cepstra", "log-spectra"]
Phase = Literal["input", "griffin-lim"]
Wave = Float[np.ndarray, " time"]

LEAST_DEVIATION = 1e-5  # of a feature that never moves, so that normalising it stays finite
MEASURED = 24  # mel-cepstra after c0, by which speech is compared


@dataclass(frozen=True, kw_only=True, eq=False)
class Analysed:
    """An utterance: `features` (frames, dims), which networks see, and `columns` (frames, columns), what a feature file has of it.

    What else is needed to speak it again is in the features' own class of analysis.
    """

    features: Float[np.ndarray, "frames dims"]
    columns: Float[np.ndarray, "frames columns"]


@dataclass(frozen=True, kw_only=True)
class Features(ABC):
    """One vector every `frame_seconds`, of waves of `sample_rate_hz` and full scale 1. Frame i is centred on i * frame_seconds, and there
    are 1 + floor(seconds / frame_seconds) of them, whatever the kind.

    `dims` is what networks see, `columns` what a feature file holds: the features and what passes a filter untouched. Matrices are
    (frames, dims) or (frames, columns), float64.
    """

    kind: ClassVar[Kind]
    sample_rate_hz: int = 16_000
    frame_seconds: float = 0.005

    @property
    @abstractmethod
    def dims(self) -> int:
        """How many numbers of a frame networks see."""

    @property
    @abstractmethod
    def columns(self) -> int:
        """How many numbers of a frame a feature file has."""

    @abstractmethod
    def key(self) -> str:
        """Everything that changes an analysis, as text for the name of a cache file."""

    @abstractmethod
    def analyse(self, wave: Wave) -> Analysed:
        """The analysis of a wave of a sample or more. Raises `DataError` for one that is empty or not finite."""

    @abstractmethod
    def speak(self, analysed: Any, features: Float[np.ndarray, "frames dims"], *, samples: int, phase: Phase = "input") -> Wave:
        """The wave of what `analyse` gave, with other features of the same frames, cut or padded with zeros to `samples`.

        `phase` is where log-spectra have theirs from. Raises `ValueError` for features that have none and are given another one.
        """

    @abstractmethod
    def from_columns(self, columns: Float[np.ndarray, "frames columns"]) -> Float[np.ndarray, "frames dims"]:
        """The features of what a feature file has."""

    @abstractmethod
    def into_columns(
        self, features: Float[np.ndarray, "frames dims"], columns: Float[np.ndarray, "frames columns"]
    ) -> Float[np.ndarray, "frames columns"]:
        """What a feature file has, with other features of the same frames; the rest of it passes untouched."""

    @abstractmethod
    def energy(self, columns: Float[np.ndarray, "frames columns"]) -> Float[np.ndarray, " frames"]:
        """The energy of every frame, from what a feature file has."""

    @abstractmethod
    def cepstra(self, features: Float[np.ndarray, "frames dims"]) -> Float[np.ndarray, "frames coefficients"]:
        """The mel-cepstra c1 to c24 by which speech is compared; fewer, where features are fewer mel-cepstra."""

    @abstractmethod
    def decibels(self, features: Float[np.ndarray, "frames dims"]) -> Float[np.ndarray, "frames bins"]:
        """The power spectra in dB by which speech is compared, in bins equally spaced from 0 to half the rate."""

    def heard(self, columns: Float[np.ndarray, "frames columns"], *, silence_db: float = 40.0) -> Bool[np.ndarray, " frames"]:
        """Which frames have an energy at most `silence_db` below that of the loudest one. None in digital silence."""
        return audible(self.energy(columns), silence_db=silence_db)


@dataclass(frozen=True, eq=False)
class Scale:
    """What makes features normal: the `mean` and the `deviation` of natural ones, each (dims,). Both sides are normalised alike, so that a
    network that changes nothing is a filter that changes nothing.
    """

    mean: Float[np.ndarray, " dims"]
    deviation: Float[np.ndarray, " dims"]

    @classmethod
    def of(cls, natural: Sequence[Float[np.ndarray, "_ dims"]]) -> Scale:
        """The scale of the natural features of utterances, over all of their frames."""
        frames = sum(map(len, natural))
        mean = sum((one.sum(axis=0, dtype=np.float64) for one in natural), np.zeros(natural[0].shape[1])) / frames
        squares = sum((np.square(one - mean).sum(axis=0) for one in natural), np.zeros_like(mean))
        return cls(mean, np.maximum(np.sqrt(squares / frames), LEAST_DEVIATION))

    def normalised(self, features: Float[np.ndarray, "frames dims"]) -> Float[np.ndarray, "frames dims"]:
        return (features - self.mean) / self.deviation

    def restored(self, normalised: Float[np.ndarray, "frames dims"]) -> Float[np.ndarray, "frames dims"]:
        return normalised * self.deviation + self.mean

    def tensors(self) -> dict[str, Tensor]:
        """`mean` and `deviation`, float64, for checkpoints."""
        return {"mean": torch.from_numpy(self.mean), "deviation": torch.from_numpy(self.deviation)}

    @classmethod
    def read(cls, tensors: Mapping[str, Tensor]) -> Scale:
        """What `tensors` wrote. Raises `CheckpointError` if it is not that."""
        try:
            return cls(*(tensors[name].double().cpu().numpy() for name in ("mean", "deviation")))
        except KeyError as error:
            raise CheckpointError(f"the run's statistics lack {error}: was it trained on the data `synthetic-and-natural`?") from None


def features_of(options: Mapping[str, Any]) -> Features:
    """The features that a run's data were configured with: `features`, `sample_rate_hz`, `frame_seconds`, and those of their kind
    (`coefficients` and the range of pitch, or `fft_size`). Raises `ValueError` for options that do not fit.
    """
    # both import this file
    from sparring_postfilter.log_spectra import LogSpectra
    from sparring_postfilter.mel_cepstra import MelCepstra

    kinds: dict[str, type[Features]] = {"mel-cepstra": MelCepstra, "log-spectra": LogSpectra}
    if options["features"] not in kinds:
        raise DataError(f"there are no features {options['features']!r}: choose mel-cepstra or log-spectra")
    kind = kinds[options["features"]]
    return kind(**{name: options[name] for name in kind.__dataclass_fields__ if name in options})
