"""A recording of one speaker, in the voice of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from sparring import Trained
from sparring_audio import WorldAnalysis, WorldSettings, analyse_world, filtered, levelled, ratio, resample, synthesise_world
from sparring_conversion.spectra import spectra_of
from sparring_conversion.spectral_mapping import SpectralMapping
from sparring_conversion.statistics import Voice, Voices, transformed_pitch

Method = Literal["vocoder", "differential"]
FEWEST_IN_A_ROW = 6  # frames of voice: 30 ms, which no vowel falls short of
NOISE = 0.99  # D4C calls every bin of a frame noise that has too little of its power below 4 kHz
Wave = Float[Tensor, " time"]


class VoiceChange:
    """What a trained run knows of changing voices: the networks, the speakers, and how speech was analysed."""

    def __init__(self, trained: Trained) -> None:
        self.sample_rate_hz = int(trained.data["sample_rate_hz"])
        self.voices = Voices.read(trained.statistics)
        self.spectra = spectra_of(trained.data)
        self.world = world_settings(trained.data)
        self.mapping = SpectralMapping(trained.networks, self.voices, trained.device)

    def heard(self, wave: Wave, sample_rate_hz: int) -> WorldAnalysis | None:
        """The analysis of a wave, at the run's rate; None where nothing is voiced: silence, noise, whispering."""
        return self._analysed(resample(wave, sample_rate_hz, self.sample_rate_hz)) if wave.any() else None

    def changed(self, wave: Wave, sample_rate_hz: int, *, source: Voice, target: Voice, method: Method = "vocoder") -> Wave | None:
        """The wave in the voice `target`, with as many samples, at its rate; None where nothing is voiced, and there is no voice to change.

        `vocoder`: WORLD speaks again, with the pitch transformed to the target's mean and deviation; aperiodicity, the energy of every
        frame's envelope and the level are kept. `differential`: the wave itself is filtered, frame by frame, with the ratio of the
        converted to the source's envelope, both as the networks see them; its pitch stays.

        Source: Kaneko and Kameoka 2018, CycleGAN-VC, section 4.1; for `differential` see `filtered`.
        """
        if not wave.any():
            return None
        spoken = resample(wave, sample_rate_hz, self.sample_rate_hz)
        analysis = self._analysed(spoken)
        if analysis is None:
            return None
        normalised = self.spectra.normalised(self.spectra.of(analysis), source.scale)
        envelope = self.spectra.envelope(self.mapping(normalised, target.name), target.scale, analysis)
        heard = spoken.double().numpy()
        if method == "vocoder":
            changed = replace(analysis, f0=transformed_pitch(analysis.f0, source.pitch, target.pitch), envelope=envelope)
            # harmonics of another pitch meet the envelope elsewhere: frames keep their envelope's energy, and this the level
            made = levelled(synthesise_world(within_reach(changed), samples=len(heard)), heard)
        else:
            seen = self.spectra.envelope(normalised, source.scale, analysis)
            made = filtered(heard, ratio(envelope, seen), sample_rate_hz=self.sample_rate_hz, frame_seconds=analysis.frame_seconds)
        return resample(torch.from_numpy(made).float(), self.sample_rate_hz, sample_rate_hz)[: len(wave)]

    def _analysed(self, spoken: Wave) -> WorldAnalysis | None:
        """The analysis of a wave at the run's rate; None where nothing is voiced."""
        analysis = analyse_world(spoken, self.sample_rate_hz, settings=self.world)
        return analysis if has_voice(analysis) else None


def has_voice(analysis: WorldAnalysis) -> bool:
    """Whether some frames in a row have a pitch and are not all noise: in noise and whispering, a tracker finds a pitch now and then."""
    voice = analysis.voiced & (analysis.aperiodicity.min(axis=1) < NOISE)
    return bool((np.convolve(voice, np.ones(FEWEST_IN_A_ROW)) == FEWEST_IN_A_ROW).any())


def within_reach(analysis: WorldAnalysis) -> WorldAnalysis:
    """The analysis with every transformed pitch where WORLD can speak it: from 10 Hz to a quarter of the rate."""
    return replace(analysis, f0=np.where(analysis.voiced, analysis.f0.clip(10, analysis.sample_rate_hz / 4), 0.0))


def world_settings(data: Mapping[str, Any]) -> WorldSettings:
    """How the recordings of a run were analysed, by the options of its data."""
    return WorldSettings(**{field.name: data[field.name] for field in fields(WorldSettings) if field.name in data})
