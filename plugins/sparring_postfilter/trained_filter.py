"""A trained post-filter: features through its network, and speech by way of its features."""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from sparring import DataError, GameError, RecipeError, Trained
from sparring_audio import envelope_of, fft_size_of, filtered, levelled, resample, warping_of
from sparring_postfilter.bands import Bands
from sparring_postfilter.features import Analysed, Phase, Scale, features_of
from sparring_postfilter.mel_cepstra import MelCepstra

Method = Literal["vocoder", "differential"]
Matrix = Float[np.ndarray, "frames dims"]
Wave = Float[Tensor, " time"]

# Networks see this many frames at once, and more on both sides than convolutions of the paper's size reach (8).
MOST_FRAMES = 1000
CONTEXT_FRAMES = 32


class TrainedFilter:
    """Features in, features like those of natural speech out; or a wave in and a wave out.

    Raises `RecipeError` for a run without a network called `generator`.

    Source: Kaneko, Kameoka, Hojo, Ijima, Hiramatsu, Kashino 2017, Generative adversarial network-based postfilter for statistical
    parametric speech synthesis.
    """

    def __init__(self, trained: Trained) -> None:
        if "generator" not in trained.networks:
            found = ", ".join(sorted(trained.networks))
            raise RecipeError(f"the networks {found} filter no features: a run needs one that is called `generator`")
        self.generator, self.device = trained.networks["generator"], trained.device
        self.features, self.scale = features_of(trained.data), Scale.read(trained.statistics)
        self.bands = Bands(self.features.dims, count=trained.data["bands"], overlap=trained.data["overlap"])

    def __call__(self, features: Matrix, *, seed: int = 0) -> Matrix:
        """As many frames, of one utterance, filtered; the same features and seed give the same numbers.

        Raises `DataError` for features that are not finite, of another number of dims, or without a frame, and `GameError` for a network
        that changes their shape or makes what is no number.
        """
        frames, dims = features.shape
        if not frames or dims != self.features.dims:
            raise DataError(f"features of shape {features.shape} were given: this run filters (frames, {self.features.dims})")
        if not np.isfinite(features).all():
            raise DataError("the features have NaN or infinity: look for the synthesiser or the file that they come from")
        normalised = rearrange(self.scale.normalised(features).astype(np.float32), "frames dims -> dims frames")
        banded = self.bands.cut(torch.from_numpy(normalised))
        # drawn frame by frame, so that what an utterance begins with does not depend on how it ends
        drawn = torch.randn(frames, len(banded), generator=torch.Generator().manual_seed(seed))
        made = self.bands.join(self._through(banded, rearrange(drawn, "frames rows -> rows frames")))
        return self.scale.restored(rearrange(made.double().numpy(), "dims frames -> frames dims"))

    def wave(self, wave: Wave, sample_rate_hz: int, *, seed: int = 0, method: Method = "vocoder", phase: Phase = "input") -> Wave:
        """Speech with filtered features: as many samples, at its rate and its level; digital silence is returned as it is.

        `vocoder`: WORLD speaks again (of log-spectra, the transform is inverted, with the phase that `phase` says). `differential`: the
        wave itself is filtered by the ratio of the envelopes that the mel-cepstra have after and before.
        """
        if not wave.any():
            return wave
        heard = resample(wave, sample_rate_hz, self.features.sample_rate_hz).double().numpy()
        analysed = self.features.analyse(heard)
        features = self(analysed.features, seed=seed)
        if method == "vocoder":
            made = self.features.speak(analysed, features, samples=len(heard), phase=phase)
        else:
            gains = self._gains(analysed, features)
            rate, step = self.features.sample_rate_hz, self.features.frame_seconds
            made = filtered(heard, gains, sample_rate_hz=rate, frame_seconds=step)
        return resample(torch.from_numpy(levelled(made, heard)).float(), self.features.sample_rate_hz, sample_rate_hz)[: len(wave)]

    def _gains(self, analysed: Analysed, features: Matrix) -> Float[np.ndarray, "frames bins"]:
        """What multiplies the amplitudes of a spectrum whose mel-cepstra become these, while frames keep their energy."""
        assert isinstance(self.features, MelCepstra), "the application refuses it for others"
        rate, columns = self.features.sample_rate_hz, self.features.into_columns(features, analysed.columns)
        change = envelope_of(columns - analysed.columns, alpha=warping_of(rate), fft_size=fft_size_of(rate))
        return np.sqrt(change * self.features.kept_energy(analysed.columns, columns))

    def _through(self, banded: Float[Tensor, "rows frames"], noise: Float[Tensor, "rows frames"]) -> Float[Tensor, "rows frames"]:
        """The network, in pieces that fit into memory and know their surroundings."""
        made: list[Tensor] = []
        for start in range(0, banded.shape[1], MOST_FRAMES):
            first = max(start - CONTEXT_FRAMES, 0)
            seen = slice(first, start + MOST_FRAMES + CONTEXT_FRAMES)
            given = banded[None, :, seen].to(self.device)
            with torch.inference_mode():
                answer = self.generator(given, noise[None, :, seen].to(self.device))
            if answer.shape != given.shape:
                raise GameError(f"the network made {tuple(answer.shape)} of {tuple(given.shape)}: a post-filter keeps the shape")
            made.append(answer[0, :, start - first : start - first + MOST_FRAMES].cpu())
        whole = torch.cat(made, dim=1)
        if not whole.isfinite().all():
            raise GameError("the network made NaN or infinity: the run went wrong, or its weights are damaged; take an earlier checkpoint")
        return whole
