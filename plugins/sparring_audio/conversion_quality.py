"""The measures of voice conversion as metrics of a scorecard.

They judge an output wave (1-D, time), or an output that carries one as `wave` (None where it cannot be spoken), against an example that
carries `reference` (the target speaker's own wave of the same sentence, 1-D, time; None where there is none) and `sample_rate_hz`. Lengths
may differ. NaN without either wave, and where one is silent.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Literal

import torch

from sparring import DataError, Example, Metric
from sparring_audio.cepstral_distance import mel_cepstral_distortion
from sparring_audio.comparison import Listening, Speech
from sparring_audio.pitch_distance import log_f0_rmse, vuv_error
from sparring_audio.resampling import resample
from sparring_audio.trajectory import CEILING_HZ, SEGMENT_FRAMES, gv_distance, ms_distance

F0Method = Literal["dio", "harvest"]
ALONG_PATH = f"all but silence, along dynamic time warping by Euclidean distance of mel-cepstra (librosa {version('librosa')})"


class SpeechDistance(Metric):
    """How far an output lies from its reference, by what WORLD hears of both: 0 is the reference itself.

    Waves are heard at `sample_rate_hz`, brought there from higher rates. `coefficients` is the number of mel-cepstra, without c0; frames
    more than `silence_db` below the loudest one of a wave are silence.
    """

    higher_is_better = False

    def __init__(
        self, *, sample_rate_hz: int = 16_000, coefficients: int = 24, silence_db: float = 40.0, f0_method: F0Method = "dio"
    ) -> None:
        self._listening = Listening(sample_rate_hz=sample_rate_hz, coefficients=coefficients, silence_db=silence_db, f0_method=f0_method)

    def score(self, output: Any, example: Example) -> float:
        """What `between` says; NaN without a reference, without an output wave, or if either wave is silent."""
        if not (hasattr(example, "reference") and hasattr(example, "sample_rate_hz")):
            raise DataError(f"example {example.name!r} has no reference wave to compare with: this metric judges voice conversion")
        carried: Any = example
        rate, expected = carried.sample_rate_hz, self._listening.sample_rate_hz
        if rate < expected:
            raise DataError(f"example {example.name!r} has {rate} Hz and the metric hears {expected} Hz: lower its sample_rate_hz")
        if carried.reference is None:
            return float("nan")
        spoken = getattr(output, "wave", output)
        if spoken is None:
            return float("nan")
        waves = (torch.as_tensor(wave) for wave in (spoken, carried.reference))
        return self.between(*(self._listening.hear(resample(wave, rate, expected)) for wave in waves))

    @abstractmethod
    def between(self, output: Speech, reference: Speech) -> float:
        """The distance of two utterances that are not aligned; NaN where it is not defined."""

    @abstractmethod
    def measure(self) -> Mapping[str, str]:
        """The formula and the frames that it is about."""

    def protocol(self) -> Mapping[str, str]:
        """The formula, the frames, and how both waves are heard."""
        return {**self.measure(), **self._listening.protocol()}


class MelCepstralDistortion(SpeechDistance):
    """How far the spectral envelopes lie from the target speaker's (MCD; Kubichek 1993)."""

    unit = "dB"

    def between(self, output: Speech, reference: Speech) -> float:
        one, other = output.beside(reference)
        return mel_cepstral_distortion(one.cepstra, other.cepstra)

    def measure(self) -> Mapping[str, str]:
        return {"measure": "MCD: mean of (10 / ln 10) sqrt(2 sum (c - c')^2)", "frames": ALONG_PATH}


class LogF0Rmse(SpeechDistance):
    """How far the pitch lies from the target speaker's where both are voiced: RMSE of ln F0 (a semitone is 0.058)."""

    decimals = 3

    def between(self, output: Speech, reference: Speech) -> float:
        one, other = output.beside(reference)
        return log_f0_rmse(one.f0, other.f0)

    def measure(self) -> Mapping[str, str]:
        return {"measure": "RMSE of ln f0 over frames voiced in both", "frames": ALONG_PATH}


class VuvError(SpeechDistance):
    """How many frames are voiced in one wave and unvoiced in the other, 0 to 100."""

    unit = "%"

    def between(self, output: Speech, reference: Speech) -> float:
        one, other = output.beside(reference)
        return vuv_error(one.f0, other.f0)

    def measure(self) -> Mapping[str, str]:
        return {"measure": "share of frames voiced in one wave only", "frames": ALONG_PATH}


class GlobalVarianceDistance(SpeechDistance):
    """How far the variances of the mel-cepstra over the sentence lie from the target speaker's (GV; Toda, Black, Tokuda 2007)."""

    decimals = 3

    def between(self, output: Speech, reference: Speech) -> float:
        return gv_distance(output.without_silence().cepstra, reference.without_silence().cepstra)

    def measure(self) -> Mapping[str, str]:
        return {"measure": "RMS over coefficients of the difference of log10 GV", "frames": "all but silence, not aligned"}


class ModulationSpectrumDistance(SpeechDistance):
    """How far the modulation spectra of the mel-cepstra lie from the target speaker's (MS; Takamichi et al. 2014).

    NaN if either has under 64 frames of speech.
    """

    unit = "dB"

    def between(self, output: Speech, reference: Speech) -> float:
        frame_seconds = self._listening.settings.frame_seconds
        return ms_distance(output.between_silences().cepstra, reference.between_silences().cepstra, frame_seconds=frame_seconds)

    def measure(self) -> Mapping[str, str]:
        return {
            "measure": "RMS over coefficients and modulations of the difference of 10 log10 MS",
            "frames": "first to last that is heard, not aligned",
            "segments": f"{SEGMENT_FRAMES} frames, half overlapping, without mean, Hann, FFT {SEGMENT_FRAMES}, mean power",
            "modulations": f"above 0 up to {CEILING_HZ:g} Hz",
        }
