"""Which of a run's networks convert spectra, and from whom to whom."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional

from sparring import GameError, RecipeError
from sparring_conversion.spectra import Features
from sparring_conversion.statistics import Voices

# Networks that halve the frames twice take multiples of four, and normalise over what is left: one frame is no distribution.
STEP = 4
LEAST_FRAMES = 16


class SpectralMapping:
    """Normalised features of one speaker in, normalised features of another out.

    The networks are known by their names: `to_target` and `to_source` convert from the first speaker to the second and back; a `generator`
    converts from anyone to the speaker that it is told, of spectra, or, beside an `encoder`, of the mean of what that makes of them.

    Raises `RecipeError` if no such networks are there, or if the two of a pair are asked for more than two speakers.
    """

    def __init__(self, networks: Mapping[str, nn.Module], voices: Voices, device: torch.device) -> None:
        names = set(networks)
        self.networks, self.voices, self.device = networks, voices, device
        self.paired = {"to_target", "to_source"} <= names
        self.encoded = {"encoder", "generator"} <= names
        if not self.paired and "generator" not in names:
            found = ", ".join(sorted(names))
            raise RecipeError(f"the networks {found} convert no voices: a run needs `to_target` and `to_source`, or a `generator`")
        if self.paired and len(voices) != 2:
            raise RecipeError(
                f"`to_target` and `to_source` are for two speakers, and this run has {len(voices)}: {', '.join(voices.names)}"
            )

    def __call__(self, features: Features, target: str) -> Features:
        """The features of every frame, converted to the speaker `target`.

        Frames are padded with their last one to a number that networks take, and cut again. Raises `GameError` for a network that
        changes the shape or makes what is no number.
        """
        frames = len(features)
        spectra = torch.from_numpy(rearrange(features, "frames dims -> 1 dims frames").astype(np.float32))
        padding = max(-(-frames // STEP) * STEP, LEAST_FRAMES) - frames
        spectra = functional.pad(spectra, (0, padding), mode="replicate").to(self.device)
        with torch.inference_mode():
            converted = self._through(spectra, target)
        if converted.shape != spectra.shape:
            raise GameError(f"the networks made {tuple(converted.shape)} of {tuple(spectra.shape)}: conversion keeps the shape of spectra")
        if not converted.isfinite().all():
            raise GameError("the networks made NaN or infinity: the run went wrong, or its weights are damaged; take an earlier checkpoint")
        return rearrange(converted.cpu().double().numpy(), "1 dims frames -> frames dims")[:frames]

    def _through(self, spectra: Tensor, target: str) -> Tensor:
        number = self.voices.number(target)
        if self.paired:
            return self.networks["to_target" if number else "to_source"](spectra)
        speaker = torch.tensor([number], device=self.device)
        content = self.networks["encoder"](spectra)[0] if self.encoded else spectra
        return self.networks["generator"](content, speaker)
