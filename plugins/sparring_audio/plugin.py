"""What sparring_audio brings to recipes: the measures of speech enhancement, what systems are compared with, and a spectral loss."""

from __future__ import annotations

from collections.abc import Iterable

from sparring import Component, hookimpl

_COMPOSITE = "Hu and Loizou 2008, Evaluation of objective quality measures for speech enhancement"


@hookimpl
def sparring_components() -> Iterable[Component]:
    """Metrics and baselines for examples that carry `noisy`, `clean` and `sample_rate_hz`; a loss over waveforms."""
    yield _metric("pesq", "Pesq", "wide-band PESQ, 16 kHz", "ITU-T P.862.2", requires=("pesq",), extra="pesq")
    yield _metric(
        "stoi",
        "Stoi",
        "short-time objective intelligibility",
        "Taal, Hendriks, Heusdens, Jensen 2011, An algorithm for intelligibility prediction of time-frequency weighted noisy speech",
        requires=("pystoi",),
        extra="enhancement",
    )
    yield _metric("si-sdr", "SiSdr", "scale-invariant signal-to-distortion ratio", "Le Roux et al. 2019, SDR – half-baked or well done?")
    yield _metric("ssnr", "SegmentalSnr", "segmental signal-to-noise ratio, -10 to 35 dB", _COMPOSITE)
    yield _metric("llr", "Llr", "log-likelihood ratio of linear predictors", "Quackenbush, Barnwell, Clements 1988")
    yield _metric("wss", "Wss", "weighted spectral slope distance", "Klatt 1982, Prediction of perceived phonetic distance")
    yield _metric("csig", "Csig", "composite measure: signal distortion", _COMPOSITE, requires=("pesq",), extra="pesq")
    yield _metric("cbak", "Cbak", "composite measure: background intrusiveness", _COMPOSITE, requires=("pesq",), extra="pesq")
    yield _metric("covl", "Covl", "composite measure: overall quality", _COMPOSITE, requires=("pesq",), extra="pesq")
    yield Component(
        kind="loss",
        name="multi-resolution-stft",
        target="sparring_audio.stft_loss:MultiResolutionStft",
        summary="spectral convergence and log-magnitude distance at several resolutions",
        source="Yamamoto, Song, Kim 2020, Parallel WaveGAN",
    )
    yield Component(kind="baseline", name="noisy", target="sparring_audio.baseline:Noisy", summary="the unprocessed recording")
    yield Component(
        kind="baseline",
        name="wiener",
        target="sparring_audio.baseline:Wiener",
        summary="Wiener filter on the a-priori SNR",
        source="Scalart and Filho 1996, Speech enhancement based on a priori signal to noise estimation",
    )


def _metric(name: str, noun: str, summary: str, source: str, *, requires: tuple[str, ...] = (), extra: str = "") -> Component:
    target = f"sparring_audio.quality:{noun}"
    return Component(kind="metric", name=name, target=target, summary=summary, source=source, requires=requires, extra=extra)
