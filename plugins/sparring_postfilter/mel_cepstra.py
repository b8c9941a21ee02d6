"""Mel-cepstra of WORLD's envelope, which WORLD speaks again with the pitch, the aperiodicity and the level of the analysis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Float

from sparring_audio import WorldAnalysis, WorldSettings, analyse_world, envelope_of, mel_cepstrum, synthesise_world, warping_of
from sparring_postfilter.features import MEASURED, Analysed, Features, Kind, Phase, Wave

COMPARED_FFT_SIZE = 512  # 257 bins show everything that a few dozen coefficients can say


@dataclass(frozen=True, kw_only=True, eq=False)
class WorldCepstra(Analysed):
    """Mel-cepstra c1 to cN as features, c0 to cN as columns, and the analysis that they are of."""

    world: WorldAnalysis


@dataclass(frozen=True, kw_only=True)
class MelCepstra(Features):
    """The mel-cepstra c1 to cN of WORLD's envelope. c0, pitch, voicing and aperiodicity pass untouched. Feature files have c0 to cN.

    Source: Kaneko et al. 2017, Generative adversarial network-based postfilter for statistical parametric speech synthesis; WORLD:
    Morise, Yokomori, Ozawa 2016.
    """

    kind: ClassVar[Kind] = "mel-cepstra"
    coefficients: int = 24
    f0_method: Literal["dio", "harvest"] = "dio"
    f0_floor_hz: float = 71.0
    f0_ceiling_hz: float = 500.0

    def __post_init__(self) -> None:
        _ = self.settings  # which refuses what WORLD cannot work with

    @property
    def settings(self) -> WorldSettings:
        return WorldSettings(
            f0_method=self.f0_method, f0_floor_hz=self.f0_floor_hz, f0_ceiling_hz=self.f0_ceiling_hz, frame_seconds=self.frame_seconds
        )

    @property
    def alpha(self) -> float:
        """The warping of the frequency axis."""
        return warping_of(self.sample_rate_hz)

    @property
    def dims(self) -> int:
        return self.coefficients

    @property
    def columns(self) -> int:
        return self.coefficients + 1

    def key(self) -> str:
        return f"{self.kind} c0 to c{self.coefficients} {self.alpha} {self.sample_rate_hz} {self.settings.key()}"

    def analyse(self, wave: Wave) -> WorldCepstra:
        world = analyse_world(wave, self.sample_rate_hz, settings=self.settings)
        columns = mel_cepstrum(world.envelope, order=self.coefficients, alpha=self.alpha)
        return WorldCepstra(features=self.from_columns(columns), columns=columns, world=world)

    def changed(self, analysed: WorldCepstra, columns: Float[np.ndarray, "frames columns"]) -> WorldCepstra:
        """The analysis with other mel-cepstra c0 to cN, and the envelope that they describe."""
        envelope = envelope_of(columns, alpha=self.alpha, fft_size=analysed.world.fft_size)
        return WorldCepstra(features=self.from_columns(columns), columns=columns, world=replace(analysed.world, envelope=envelope))

    def speak(self, analysed: WorldCepstra, features: Float[np.ndarray, "frames dims"], *, samples: int, phase: Phase = "input") -> Wave:
        if phase != "input":
            raise ValueError(f"WORLD makes its own phase, and mel-cepstra are not spoken with {phase}: leave `phase` out")
        columns = self.into_columns(features, analysed.columns)
        world = self.changed(analysed, columns).world
        return synthesise_world(replace(world, envelope=world.envelope * self.kept_energy(analysed.columns, columns)), samples=samples)

    def kept_energy(
        self, before: Float[np.ndarray, "frames columns"], after: Float[np.ndarray, "frames columns"]
    ) -> Float[np.ndarray, "frames 1"]:
        """What brings each frame's power after a change to what it was before: c0 is the mean of a logarithm, which is not what is heard.

        Source: the post-filter of SPTK and Merlin, which restores the energy of frames in the same way.
        """
        return (self.energy(before) / self.energy(after))[:, None]

    def from_columns(self, columns: Float[np.ndarray, "frames columns"]) -> Float[np.ndarray, "frames dims"]:
        return columns[:, 1:]

    def into_columns(
        self, features: Float[np.ndarray, "frames dims"], columns: Float[np.ndarray, "frames columns"]
    ) -> Float[np.ndarray, "frames columns"]:
        return np.concatenate([columns[:, :1], features], axis=1)

    def energy(self, columns: Float[np.ndarray, "frames columns"]) -> Float[np.ndarray, " frames"]:
        return envelope_of(columns, alpha=self.alpha, fft_size=COMPARED_FFT_SIZE).sum(axis=1)

    def cepstra(self, features: Float[np.ndarray, "frames dims"]) -> Float[np.ndarray, "frames coefficients"]:
        return features[:, :MEASURED]

    def decibels(self, features: Float[np.ndarray, "frames dims"]) -> Float[np.ndarray, "frames bins"]:
        """Without c0, so that the mean over the warped axis is 0 dB: shapes are compared and not levels."""
        return 10 * np.log10(envelope_of(np.pad(features, ((0, 0), (1, 0))), alpha=self.alpha, fft_size=COMPARED_FFT_SIZE))
