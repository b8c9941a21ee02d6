"""What sparring_audio brings to recipes: the measures of speech enhancement and conversion, baselines, and a spectral loss."""

from __future__ import annotations

from collections.abc import Iterable

from sparring import Component, hookimpl

_COMPOSITE = "Hu and Loizou 2008, Evaluation of objective quality measures for speech enhancement"


@hookimpl
def sparring_components() -> Iterable[Component]:
    """Metrics for examples with `clean` or `reference` and `sample_rate_hz`; baselines for those with `noisy`; a loss over waveforms."""
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
    yield _conversion_metric(
        "mcd",
        "MelCepstralDistortion",
        "mel-cepstral distortion along an alignment",
        "Kubichek 1993, Mel-cepstral distance measure for objective speech quality assessment",
    )
    yield _conversion_metric(
        "log-f0-rmse",
        "LogF0Rmse",
        "pitch error where both are voiced, in ln Hz",
    )
    yield _conversion_metric(
        "vuv-error",
        "VuvError",
        "frames voiced in one wave only, %",
    )
    yield _conversion_metric(
        "gv-distance",
        "GlobalVarianceDistance",
        "difference of log global variance of mel-cepstra",
        "Toda, Black, Tokuda 2007, Voice conversion based on maximum-likelihood estimation of spectral parameter trajectory",
    )
    yield _conversion_metric(
        "ms-distance",
        "ModulationSpectrumDistance",
        "difference of log modulation spectra of mel-cepstra",
        "Takamichi, Toda, Neubig, Sakti, Nakamura 2014, A postfilter to modify the modulation spectrum in HMM-based speech synthesis",
    )
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


def _conversion_metric(name: str, noun: str, summary: str, source: str = "") -> Component:
    target = f"sparring_audio.conversion_quality:{noun}"
    requires = ("pyworld", "librosa")
    return Component(kind="metric", name=name, target=target, summary=summary, source=source, requires=requires, extra="conversion")
