"""The measures of speech quality and intelligibility as metrics of a scorecard.

They judge an output wave (1-D, time) against an example that carries `clean` (1-D, time) and `sample_rate_hz`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from sparring import DataError, Example, Metric
from sparring_audio import metrics
from sparring_audio.memo import Memo

_FRAMES = "Hann 30 ms every 7.5 ms"
_WIDE_BAND = "ITU-T P.862.2, wide band, MOS-LQO"


def _composite_of_shared_pesq(estimate: Any, reference: Any, sample_rate_hz: int) -> metrics.Composite:
    return metrics.composite_from(
        pesq=_pesq(estimate, reference, sample_rate_hz),
        llr=metrics.llr(estimate, reference, sample_rate_hz, ceiling=None),
        wss=metrics.wss(estimate, reference, sample_rate_hz),
        ssnr=metrics.segmental_snr(estimate, reference, sample_rate_hz),
    )


# PESQ serves four metrics and the parts of the composite measures three, which are asked one after another for the same file
_pesq = Memo(metrics.pesq)
_composite = Memo(_composite_of_shared_pesq)


class Pesq(Metric):
    """Wide-band PESQ at 16 kHz (ITU-T P.862.2), by the package `pesq`."""

    unit = "MOS"

    def score(self, output: Any, example: Example) -> float:
        """PESQ of the output, about 1.04 to 4.64; NaN where no utterance is found."""
        return _pesq(output, *_clean(example, metrics.PESQ_RATE_HZ))

    def protocol(self) -> Mapping[str, str]:
        """The variant, the package and the rate."""
        return {"measure": _WIDE_BAND, "package": f"pesq {version('pesq')}", "rate": f"{metrics.PESQ_RATE_HZ} Hz"}


class Stoi(Metric):
    """Short-time objective intelligibility (Taal et al. 2011), by the package `pystoi`."""

    decimals = 3

    def __init__(self, *, sample_rate_hz: int = 16_000) -> None:
        self.sample_rate_hz = sample_rate_hz

    def score(self, output: Any, example: Example) -> float:
        """STOI of the output, 0 to 1; NaN where there is too little speech."""
        return metrics.stoi(output, *_clean(example, self.sample_rate_hz))

    def protocol(self) -> Mapping[str, str]:
        """The variant, the package and the rate before its resampling to 10 kHz."""
        return {"measure": "STOI, not extended", "package": f"pystoi {version('pystoi')}", "rate": f"{self.sample_rate_hz} Hz"}


class SiSdr(Metric):
    """Scale-invariant signal-to-distortion ratio (Le Roux et al. 2019)."""

    unit = "dB"

    def __init__(self, *, sample_rate_hz: int = 16_000) -> None:
        self.sample_rate_hz = sample_rate_hz

    def score(self, output: Any, example: Example) -> float:
        """SI-SDR of the output; NaN for a constant wave."""
        return metrics.si_sdr(output, _clean(example, self.sample_rate_hz)[0])

    def protocol(self) -> Mapping[str, str]:
        """The variant and the rate."""
        return {"measure": "SI-SDR, means removed", "rate": f"{self.sample_rate_hz} Hz"}


class SegmentalSnr(Metric):
    """Segmental SNR as Hu and Loizou compute it: without mean removal or rescaling."""

    unit = "dB"

    def __init__(self, *, sample_rate_hz: int = 16_000) -> None:
        self.sample_rate_hz = sample_rate_hz

    def score(self, output: Any, example: Example) -> float:
        """SSNR of the output, -10 to 35; NaN without a whole frame."""
        return metrics.segmental_snr(output, *_clean(example, self.sample_rate_hz))

    def protocol(self) -> Mapping[str, str]:
        """The variant, the frames and the rate."""
        variant = "SSNR in [-10, 35] dB, no mean removal, no rescaling, all frames"
        return {"measure": variant, "frames": _FRAMES, "rate": f"{self.sample_rate_hz} Hz"}


class Llr(Metric):
    """Log-likelihood ratio of linear predictors (Quackenbush et al. 1988)."""

    higher_is_better = False

    def __init__(self, *, sample_rate_hz: int = 16_000) -> None:
        self.sample_rate_hz = sample_rate_hz

    def score(self, output: Any, example: Example) -> float:
        """LLR of the output, 0 to 2; NaN without a whole frame of sound."""
        return metrics.llr(output, *_clean(example, self.sample_rate_hz))

    def protocol(self) -> Mapping[str, str]:
        """The variant, the frames and the rate."""
        variant = "LLR, at most 2 a frame, lowest 95 % of frames, without digital silence"
        return {"measure": variant, "frames": _FRAMES, "rate": f"{self.sample_rate_hz} Hz"}


class Wss(Metric):
    """Weighted spectral slope distance (Klatt 1982)."""

    higher_is_better = False

    def __init__(self, *, sample_rate_hz: int = 16_000) -> None:
        self.sample_rate_hz = sample_rate_hz

    def score(self, output: Any, example: Example) -> float:
        """WSS of the output, from 0; NaN without a whole frame."""
        return metrics.wss(output, *_clean(example, self.sample_rate_hz))

    def protocol(self) -> Mapping[str, str]:
        """The variant, the frames and the rate."""
        return {"measure": "WSS, 25 bands, lowest 95 % of frames", "frames": _FRAMES, "rate": f"{self.sample_rate_hz} Hz"}


class Csig(Metric):
    """Predicted opinion of the signal's distortion (Hu and Loizou 2008)."""

    unit = "MOS"

    def score(self, output: Any, example: Example) -> float:
        """CSIG of the output, 1 to 5; NaN where PESQ is."""
        return _composite(output, *_clean(example, metrics.PESQ_RATE_HZ)).csig

    def protocol(self) -> Mapping[str, str]:
        """The variant, its parts, the package and the rate."""
        return _composite_protocol("CSIG")


class Cbak(Metric):
    """Predicted opinion of the background's intrusiveness (Hu and Loizou 2008)."""

    unit = "MOS"

    def score(self, output: Any, example: Example) -> float:
        """CBAK of the output, 1 to 5; NaN where PESQ is."""
        return _composite(output, *_clean(example, metrics.PESQ_RATE_HZ)).cbak

    def protocol(self) -> Mapping[str, str]:
        """The variant, its parts, the package and the rate."""
        return _composite_protocol("CBAK")


class Covl(Metric):
    """Predicted opinion of the overall quality (Hu and Loizou 2008)."""

    unit = "MOS"

    def score(self, output: Any, example: Example) -> float:
        """COVL of the output, 1 to 5; NaN where PESQ is."""
        return _composite(output, *_clean(example, metrics.PESQ_RATE_HZ)).covl

    def protocol(self) -> Mapping[str, str]:
        """The variant, its parts, the package and the rate."""
        return _composite_protocol("COVL")


def _clean(example: Example, sample_rate_hz: int) -> tuple[Any, int]:
    clean, rate = getattr(example, "clean", None), getattr(example, "sample_rate_hz", None)
    if clean is None or rate is None:
        raise DataError(f"example {example.name!r} has no clean wave to compare with: this metric judges speech enhancement")
    if rate != sample_rate_hz:
        raise DataError(f"example {example.name!r} has {rate} Hz and the metric is set to {sample_rate_hz} Hz: resample the data")
    return clean, rate


def _composite_protocol(measure: str) -> Mapping[str, str]:
    return {
        "measure": f"{measure}, Hu and Loizou 2008, with PESQ {_WIDE_BAND}",
        "parts": "LLR without ceiling and without digital silence, WSS, SSNR without mean removal or rescaling",
        "frames": _FRAMES,
        "package": f"pesq {version('pesq')}",
        "rate": f"{metrics.PESQ_RATE_HZ} Hz",
    }
