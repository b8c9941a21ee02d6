"""How a speaker sounds, whatever the words and the pitch: a Gaussian mixture over mel-frequency cepstra of real speech."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import librosa
import numpy as np
import torch
from jaxtyping import Float
from sklearn.mixture import GaussianMixture
from torch import Tensor

Cepstra = Float[np.ndarray, "_ coefficients"]  # a row a frame; recordings of several lengths go side by side

COMPONENTS = 16
COEFFICIENTS = 19
BANDS = 26
TOP_HZ = 8000
WINDOW_SECONDS, HOP_SECONDS = 0.025, 0.010
SPEECH_DB = 40.0  # below the loudest frame: what is quieter is no speech
FLOOR = 1e-8  # of the strongest band of a recording
LEAST_VARIANCE = 1e-3
SEED = 0

# Everything that the parameters depend on beside the recordings, for the cache and for protocols.
SETTINGS = {
    "features": f"c1 to c{COEFFICIENTS} of {BANDS} mel bands to {TOP_HZ} Hz, librosa {version('librosa')}",
    "frames": f"{WINDOW_SECONDS:g} s every {HOP_SECONDS:g} s, those within {SPEECH_DB:g} dB of the loudest",
    "classifier": f"{COMPONENTS} Gaussians a speaker, diagonal, scikit-learn {version('scikit-learn')}",
}


def speech_cepstra(wave: Float[Tensor, " time"], sample_rate_hz: int) -> Cepstra:
    """Mel-frequency cepstra of the frames that are speech; none of silence. They do not change with the level of the wave.

    c0, the level, is left out, and the bands are too wide to resolve the harmonics of a voice, which would tell its pitch.

    Source: Davis and Mermelstein 1980.
    """
    window, hop = round(WINDOW_SECONDS * sample_rate_hz), round(HOP_SECONDS * sample_rate_hz)
    fft_size = 1 << (window - 1).bit_length()
    samples = np.pad(wave.double().cpu().numpy(), (0, max(0, fft_size - len(wave))))
    bands = librosa.feature.melspectrogram(
        y=samples, sr=sample_rate_hz, n_fft=fft_size, win_length=window, window="hamming", hop_length=hop,
        n_mels=BANDS, fmin=0.0, fmax=min(TOP_HZ, sample_rate_hz / 2),
    )  # fmt: skip
    energy = bands.sum(axis=0)
    if not energy.any():
        return np.zeros((0, COEFFICIENTS))
    speech = bands[:, energy > energy.max() * 10 ** (-SPEECH_DB / 10)]
    decibels = 10 * np.log10(np.maximum(speech / bands.max(), FLOOR))
    return librosa.feature.mfcc(S=decibels, n_mfcc=COEFFICIENTS + 1)[1:].T.copy()


@dataclass(frozen=True)
class SpeakerMixture:
    """A mixture of Gaussians of diagonal covariance, all float64.

    Source: Reynolds and Rose 1995, Robust text-independent speaker identification using Gaussian mixture speaker models.
    """

    weights: Float[np.ndarray, " components"]
    means: Float[np.ndarray, "components coefficients"]
    variances: Float[np.ndarray, "components coefficients"]

    @classmethod
    def fitted(cls, cepstra: Cepstra) -> SpeakerMixture:
        """By expectation maximisation from a fixed seed; of at least as many frames as there are components."""
        # k-means++ chooses starting points only; whole k-means sums in an order that depends on the number of threads
        model = GaussianMixture(
            COMPONENTS, covariance_type="diag", init_params="k-means++", reg_covar=LEAST_VARIANCE, max_iter=200, random_state=SEED
        ).fit(cepstra)
        return cls(*(np.asarray(part, dtype=np.float64) for part in (model.weights_, model.means_, model.covariances_)))

    def log_likelihood(self, cepstra: Cepstra) -> float:
        """The mean over frames of ln Σ_k w_k N(x; m_k, v_k)."""
        apart = (cepstra[:, None] - self.means) ** 2 / self.variances
        components = np.log(self.weights) - (apart + np.log(2 * np.pi * self.variances)).sum(axis=2) / 2
        return float(np.logaddexp.reduce(components, axis=1).mean())


class SpeakerClassifier:
    """A mixture for every speaker; the verdict is the speaker whose mixture likes the speech best."""

    def __init__(self, mixtures: Mapping[str, SpeakerMixture]) -> None:
        self.mixtures = dict(mixtures)

    def verdict(self, cepstra: Cepstra) -> str | None:
        """Who is speaking; None where there is no speech."""
        if not len(cepstra):
            return None
        return max(self.mixtures, key=lambda speaker: self.mixtures[speaker].log_likelihood(cepstra))

    def tensors(self) -> dict[str, Tensor]:
        """Everything by name: `NUMBER/weights`, `NUMBER/means`, `NUMBER/variances`, in the order of the speakers."""
        return {f"{i}/{part}": torch.from_numpy(array) for i, one in enumerate(self.mixtures.values()) for part, array in vars(one).items()}

    @classmethod
    def read(cls, speakers: Sequence[str], tensors: Mapping[str, Tensor]) -> SpeakerClassifier:
        """What `tensors` gave, for the speakers in the same order."""
        parts: dict[str, Any] = {name: tensor.numpy() for name, tensor in tensors.items()}
        return cls(
            {
                speaker: SpeakerMixture(parts[f"{i}/weights"], parts[f"{i}/means"], parts[f"{i}/variances"])
                for i, speaker in enumerate(speakers)
            }
        )
