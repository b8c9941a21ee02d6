"""What this plugin brings to a recipe."""

from __future__ import annotations

from collections.abc import Iterable

from sparring import Component, hookimpl

MEL_CEPSTRA = "Kaneko, Kameoka, Hojo, Ijima, Hiramatsu, Kashino 2017, Generative adversarial network-based postfilter for SPSS (ICASSP)"
SPECTRA = "Kaneko, Takaki, Kameoka, Yamagishi 2017, Generative adversarial network-based postfilter for STFT spectrograms (Interspeech)"
GV = "Toda, Black, Tokuda 2007, Voice conversion based on maximum-likelihood estimation of spectral parameter trajectory"
MS = "Takamichi, Toda, Neubig, Sakti, Nakamura 2014, A postfilter to modify the modulation spectrum in HMM-based speech synthesis"


@hookimpl
def sparring_components() -> Iterable[Component]:
    speech = {"requires": ("pyworld", "librosa", "soundfile", "torchaudio", "scipy"), "extra": "postfilter"}
    yield Component(
        kind="task",
        name="post-filtering",
        target="sparring_postfilter.task:PostFiltering",
        summary="features of synthetic speech to features that natural speech could have",
        source=MEL_CEPSTRA,
        **speech,
    )
    yield Component(
        kind="data",
        name="synthetic-and-natural",
        target="sparring_postfilter.paired_features:PairedFeatures",
        summary="pairs of synthetic and natural speech: recordings, feature files, or the bundled voices and their speech over-smoothed",
        **speech,
    )
    for role, summary in (
        ("generator", "features and noise to features, band by band, the features beside the input of every layer"),
        ("discriminator", "judges crops of features, band by band"),
    ):
        yield Component(
            kind="network",
            name=f"post-filter-{role}",
            target=f"sparring_postfilter.post_filter:{role.capitalize()}",
            summary=summary,
            source=f"{MEL_CEPSTRA}; {SPECTRA}",
        )
    yield Component(
        kind="application",
        name="filter",
        target="sparring_postfilter.filter:Filter",
        summary="gives recordings and feature files of synthetic speech their texture back",
        **speech,
    )
    for name, target, summary, source in (
        ("gv-ratio", "GlobalVarianceRatio", "global variance of mel-cepstra, of the natural one; 100 % is natural", GV),
        ("gv-error", "GlobalVarianceError", "how far global variance is from the natural one, coefficient by coefficient", GV),
        ("modulation-distance", "FeatureModulationDistance", "difference of log modulation spectra of mel-cepstra", MS),
        ("cepstral-distortion", "CepstralDistortion", "mel-cepstral distortion of the same frames", "Kubichek 1993"),
        ("log-spectral-distance", "LogSpectralDistance", "difference of log power spectra", "Gray, Markel 1976, Distance measures"),
    ):
        yield Component(kind="metric", name=name, target=f"sparring_postfilter.scores:{target}", summary=summary, source=source, **speech)
    for name, target, summary, source in (
        ("no-filter", "baselines:NoFilter", "the synthetic features as they are", ""),
        ("natural-features", "baselines:NaturalFeatures", "the natural features: the best that a filter can do", ""),
        ("gv-scaling", "gv_scaling:GlobalVarianceScaling", "every feature stretched to natural global variance", GV),
        ("modulation-post-filter", "modulation_filter:ModulationPostFilter", "modulation spectra moved to natural ones", MS),
        ("regression-network", "baselines:RegressionNetwork", "a run of the same generator without a discriminator", ""),
    ):
        yield Component(kind="baseline", name=name, target=f"sparring_postfilter.{target}", summary=summary, source=source, **speech)
