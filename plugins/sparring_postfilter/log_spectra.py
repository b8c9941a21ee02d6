"""Logarithms of the magnitudes of a short-time Fourier transform, which is inverted with the phase of the analysis or a found one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Complex, Float
from torchaudio.functional import griffinlim

from sparring import DataError
from sparring_audio import mel_cepstrum, warping_of
from sparring_postfilter.features import MEASURED, Analysed, Features, Kind, Phase, Wave

FLOOR = 1e-5  # under magnitudes: below what 16 bits leave of silence in a window of 512 samples
ROUNDS, MOMENTUM = 60, 0.99  # of Griffin-Lim


@dataclass(frozen=True, kw_only=True, eq=False)
class ShortTimeSpectra(Analysed):
    """Logarithms of magnitudes as features, magnitudes as columns, and the complex spectra (frames, bins) that they are of."""

    spectra: Complex[np.ndarray, "frames bins"]


@dataclass(frozen=True, kw_only=True)
class LogSpectra(Features):
    """ln of the magnitudes of a transform of `fft_size` samples through a Hann window, bins 0 to fft_size / 2 - 1: the Nyquist bin and the
    phase pass untouched. Feature files have linear magnitudes of all fft_size / 2 + 1 bins.

    Raises `ValueError` for frames that are not whole samples apart, or too far apart to be joined again.

    Source: Kaneko, Takaki, Kameoka, Yamagishi 2017, Generative adversarial network-based postfilter for STFT spectrograms.
    """

    kind: ClassVar[Kind] = "log-spectra"
    fft_size: int = 512

    def __post_init__(self) -> None:
        apart = self.frame_seconds * self.sample_rate_hz
        if abs(apart - round(apart)) > 1e-6 or round(apart) < 1:
            raise ValueError(
                f"frames every {self.frame_seconds} seconds are {apart:g} samples apart at {self.sample_rate_hz} Hz: "
                "choose a whole number of samples"
            )
        if self.fft_size % 2 or self.fft_size < 2 * self.hop:
            raise ValueError(
                f"a transform of {self.fft_size} samples every {self.hop} cannot be inverted: choose an even data.fft_size of "
                f"{2 * self.hop} or more, or a smaller data.frame_seconds"
            )

    @property
    def hop(self) -> int:
        """Samples from frame to frame."""
        return round(self.frame_seconds * self.sample_rate_hz)

    @property
    def dims(self) -> int:
        return self.fft_size // 2

    @property
    def columns(self) -> int:
        return self.fft_size // 2 + 1

    def key(self) -> str:
        return f"{self.kind} {self.fft_size} every {self.hop} at {self.sample_rate_hz} Hz, Hann, above {FLOOR}"

    def analyse(self, wave: Wave) -> ShortTimeSpectra:
        if not len(wave) or not np.isfinite(wave).all():
            raise DataError("the wave is empty or has samples that are not finite: look for the network or the file that it comes from")
        samples = torch.from_numpy(np.ascontiguousarray(wave, dtype=np.float64))
        found = torch.stft(samples, self.fft_size, self.hop, window=self._window, pad_mode="constant", return_complex=True)
        spectra = np.ascontiguousarray(rearrange(found.numpy(), "bins frames -> frames bins"))
        columns = np.abs(spectra)
        return ShortTimeSpectra(features=self.from_columns(columns), columns=columns, spectra=spectra)

    def speak(
        self, analysed: ShortTimeSpectra, features: Float[np.ndarray, "frames dims"], *, samples: int, phase: Phase = "input"
    ) -> Wave:
        """`phase`: that of the `input`, with which unchanged features give the wave back; or one that Griffin and Lim's iteration finds for
        the magnitudes alone (60 rounds, momentum 0.99, from a phase of 0).

        Source: Griffin and Lim 1984; Perraudin, Balazs, Søndergaard 2013 for the momentum.
        """
        if phase == "griffin-lim":
            return self._found_phase(self.into_columns(features, analysed.columns), samples)
        return self._inverse(self._with(features, analysed.spectra, of=analysed.features), samples)

    def from_columns(self, columns: Float[np.ndarray, "frames columns"]) -> Float[np.ndarray, "frames dims"]:
        return np.log(np.maximum(columns[:, :-1], FLOOR))

    def into_columns(
        self, features: Float[np.ndarray, "frames dims"], columns: Float[np.ndarray, "frames columns"]
    ) -> Float[np.ndarray, "frames columns"]:
        """As factors of what is there, so that a magnitude of 0 stays 0."""
        return self._with(features, columns, of=self.from_columns(columns))

    def energy(self, columns: Float[np.ndarray, "frames columns"]) -> Float[np.ndarray, " frames"]:
        return np.square(columns).sum(axis=1)

    def cepstra(self, features: Float[np.ndarray, "frames dims"]) -> Float[np.ndarray, "frames coefficients"]:
        """Of the power, with the bin below it in the place of the Nyquist bin."""
        power = np.exp(2 * np.pad(features, ((0, 0), (0, 1)), mode="edge"))
        return mel_cepstrum(power, order=min(MEASURED, self.dims - 1), alpha=warping_of(self.sample_rate_hz))[:, 1:]

    def decibels(self, features: Float[np.ndarray, "frames dims"]) -> Float[np.ndarray, "frames bins"]:
        """With the level, without the Nyquist bin."""
        return 20 / np.log(10) * features

    @property
    def _window(self) -> torch.Tensor:
        return torch.hann_window(self.fft_size, dtype=torch.float64)

    def _with(self, features: np.ndarray, spectra: np.ndarray, *, of: np.ndarray) -> np.ndarray:
        return np.concatenate([spectra[:, :-1] * np.exp(features - of), spectra[:, -1:]], axis=1)

    def _inverse(self, spectra: Complex[np.ndarray, "frames bins"], samples: int) -> Wave:
        turned = torch.from_numpy(np.ascontiguousarray(rearrange(spectra, "frames bins -> bins frames")))
        return torch.istft(turned, self.fft_size, self.hop, window=self._window, length=samples).numpy()

    def _found_phase(self, magnitudes: Float[np.ndarray, "frames bins"], samples: int) -> Wave:
        # silence follows, of which the iteration mirrors half a window at the end: waves may be shorter than that
        length = samples + self.fft_size // 2
        padded = np.pad(magnitudes, ((0, 1 + length // self.hop - len(magnitudes)), (0, 0)))
        given = torch.from_numpy(np.ascontiguousarray(rearrange(padded, "frames bins -> bins frames")))
        found = griffinlim(
            given, self._window, self.fft_size, self.hop, self.fft_size, power=1.0, n_iter=ROUNDS, momentum=MOMENTUM, length=length,
            rand_init=False,
        )  # fmt: skip
        return found[:samples].numpy()
