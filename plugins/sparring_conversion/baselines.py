"""What conversion is compared with on the same sentences: doing nothing, changing the pitch alone, and the target itself."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from sparring import Baseline, Data, DataError, Example, Trained
from sparring_audio import WorldSettings, analyse_world, synthesise_world
from sparring_conversion.convert import Convert
from sparring_conversion.spectra import Spectra
from sparring_conversion.statistics import Voices, transformed_pitch
from sparring_conversion.voice_change import within_reach

Wave = Float[Tensor, " time"]


class NoConversion(Baseline):
    """The source speaker's recording as it is: what every system has to beat."""

    def answer(self, example: Example) -> Wave:
        """The wave of the source."""
        return carried(example, "source")


class F0Transform(Baseline):
    """WORLD speaks the source again, with the pitch of the target: conversion without any change of spectra. For data `voices`."""

    def prepare(self, data: Data) -> None:
        """Take the settings of the analysis and the speakers' pitch from the data."""
        self.world: WorldSettings = carried(data, "world")
        self.voices = Voices.read(data.statistics())

    def answer(self, example: Example) -> Wave:
        """The source with the target's mean and deviation of ln F0; itself where nothing is voiced."""
        wave, rate = carried(example, "source"), carried(example, "sample_rate_hz")
        source, target = self.voices[carried(example, "source_speaker")], self.voices[carried(example, "target_speaker")]
        analysis = analyse_world(wave, rate, settings=self.world)
        if not analysis.voiced.any():
            return wave
        spoken = within_reach(replace(analysis, f0=transformed_pitch(analysis.f0, source.pitch, target.pitch)))
        return _wave(synthesise_world(spoken, samples=len(wave)))


class CopySynthesis(Baseline):
    """The target's own recording through WORLD and the run's spectra and back: the best that a conversion of these can sound. For data
    `voices`.
    """

    def prepare(self, data: Data) -> None:
        """Take the settings of the analysis and the spectra from the data."""
        self.world: WorldSettings = carried(data, "world")
        self.spectra: Spectra = carried(data, "spectra")
        self.voices = Voices.read(data.statistics())

    def answer(self, example: Example) -> Wave:
        """The reference, spoken again from its spectra as networks could make them; a sample of silence where there is no reference."""
        reference, rate = carried(example, "reference"), carried(example, "sample_rate_hz")
        if reference is None:
            return torch.zeros(1)
        analysis = analyse_world(reference, rate, settings=self.world)
        scale = self.voices[carried(example, "target_speaker")].scale
        envelope = self.spectra.envelope(self.spectra.normalised(self.spectra.of(analysis), scale), scale, analysis)
        return _wave(synthesise_world(replace(analysis, envelope=envelope), samples=len(reference)))


class MomentMatching(Baseline):
    """Pitch and every feature of the source with the target's mean and deviation: what a run amounts to whose generator changes nothing,
    where features are scaled per speaker. For data `voices`.
    """

    def prepare(self, data: Data) -> None:
        """Take the statistics of the speakers from the data."""
        self.convert = converting_by(Unchanged(), data)

    def answer(self, example: Example) -> Wave:
        """The wave `example.source`, by the way of the application `convert`."""
        return self.convert.answer(example)


class Unchanged(nn.Module):
    """A generator that gives what it gets."""

    def forward(self, spectra: Tensor, speaker: Tensor) -> Tensor:
        return spectra


def converting_by(generator: nn.Module, data: Data) -> Convert:
    """The application of a run on these data, had it this generator."""
    spectra: Spectra = carried(data, "spectra")
    options = {
        **asdict(carried(data, "world")),
        "features": spectra.kind,
        "coefficients": spectra.dims,
        "vocal_tract_normalisation": getattr(spectra, "vocal_tract", False),
        "sample_rate_hz": carried(data, "sample_rate_hz"),
    }
    networks = {"generator": generator}
    return Convert(Trained(networks, {}, options, torch.device("cpu"), lambda: data, statistics=data.statistics()))


def carried(owner: Any, field: str) -> Any:
    """A field of an example or of data. Raises `DataError` if there is none: these baselines are for voice conversion."""
    if not hasattr(owner, field):
        name = repr(owner.name) if isinstance(owner, Example) else type(owner).__name__
        raise DataError(f"{name} has no {field!r}: this baseline is for the data `voices`")
    return getattr(owner, field)


def _wave(samples: Float[np.ndarray, " time"]) -> Wave:
    return torch.from_numpy(samples).float()
