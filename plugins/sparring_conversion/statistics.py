"""What conversion knows of voices: how their pitch and their spectra are distributed. Kept in checkpoints, as tensors by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from sparring import CheckpointError
from sparring_conversion.spectra import Scale

# A pitch that never moves would otherwise become one that moves without bounds: a fifth of a semitone.
LEAST_DEVIATION = 0.01


@dataclass(frozen=True)
class Pitch:
    """Mean and standard deviation of ln F0 (F0 in Hz) over voiced frames."""

    mean: float
    deviation: float


@dataclass(frozen=True)
class Voice:
    """One speaker: the pitch, and what makes features normal."""

    name: str
    pitch: Pitch
    scale: Scale


class Voices:
    """The speakers of a run, in the order of their numbers."""

    def __init__(self, voices: Sequence[Voice]) -> None:
        self.names = tuple(voice.name for voice in voices)
        self._by_name = {voice.name: voice for voice in voices}

    def __getitem__(self, name: str) -> Voice:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __len__(self) -> int:
        return len(self.names)

    def number(self, name: str) -> int:
        """The label that networks know a speaker by."""
        return self.names.index(name)

    def tensors(self) -> dict[str, Tensor]:
        """Everything by name, float64: `SPEAKER/pitch` (mean, deviation), `SPEAKER/mean`, `SPEAKER/deviation`, `SPEAKER/warping`,
        and `SPEAKER/number`."""
        found: dict[str, Tensor] = {}
        for number, name in enumerate(self.names):
            voice = self._by_name[name]
            found[f"{name}/number"] = torch.tensor(number)
            found[f"{name}/pitch"] = torch.tensor([voice.pitch.mean, voice.pitch.deviation], dtype=torch.float64)
            found[f"{name}/mean"] = torch.from_numpy(voice.scale.mean)
            found[f"{name}/deviation"] = torch.from_numpy(voice.scale.deviation)
            found[f"{name}/warping"] = torch.tensor(voice.scale.warping, dtype=torch.float64)
        return found

    @classmethod
    def read(cls, tensors: Mapping[str, Tensor]) -> Voices:
        """What `tensors` wrote. Raises `CheckpointError` if it is not that."""
        try:
            numbers = {key.removesuffix("/number"): int(value) for key, value in tensors.items() if key.endswith("/number")}
            return cls([_voice(name, tensors) for name in sorted(numbers, key=lambda name: numbers[name])])
        except KeyError as error:
            raise CheckpointError(f"the statistics of the run's voices lack {error}: was it trained on the data `voices`?") from None


def pitch_of(f0: Sequence[Float[np.ndarray, " _"]]) -> Pitch | None:
    """The pitch of a speaker or a recording, from F0 in Hz with 0 where unvoiced; None without a voiced frame."""
    voiced = np.concatenate([contour[contour > 0] for contour in f0]) if f0 else np.zeros(0)
    if not len(voiced):
        return None
    logarithms = np.log(voiced)
    return Pitch(float(logarithms.mean()), max(float(logarithms.std()), LEAST_DEVIATION))


def transformed_pitch(f0: Float[np.ndarray, " frames"], source: Pitch, target: Pitch) -> Float[np.ndarray, " frames"]:
    """F0 in Hz with the target's mean and deviation of ln F0; unvoiced frames stay 0.

    exp((ln f0 - m_s) / d_s · d_t + m_t) (Liu, Zhang and Yan 2007; all spectral conversion systems use it).
    """
    voiced = f0 > 0
    logarithms = np.log(np.where(voiced, f0, 1.0))
    return np.where(voiced, np.exp((logarithms - source.mean) / source.deviation * target.deviation + target.mean), 0.0)


def _voice(name: str, tensors: Mapping[str, Tensor]) -> Voice:
    mean, deviation = tensors[f"{name}/pitch"].tolist()
    scale = Scale(tensors[f"{name}/mean"].numpy(), tensors[f"{name}/deviation"].numpy(), float(tensors[f"{name}/warping"]))
    return Voice(name, Pitch(mean, deviation), scale)
