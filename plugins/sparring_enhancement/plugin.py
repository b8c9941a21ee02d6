"""What this plugin brings to a recipe."""

from __future__ import annotations

from collections.abc import Iterable

from sparring import Component, hookimpl

SEGAN = "Pascual, Bonafonte, Serra 2017, SEGAN: Speech Enhancement Generative Adversarial Network"


@hookimpl
def sparring_components() -> Iterable[Component]:
    audio = {"requires": ("soundfile", "scipy"), "extra": "enhancement"}
    yield Component(
        kind="task",
        name="speech-enhancement",
        target="sparring_enhancement.task:Enhancement",
        summary="noisy speech in, clean speech out",
        source=SEGAN,
    )
    yield Component(
        kind="data",
        name="noisy-speech",
        target="sparring_enhancement.noisy_speech:NoisySpeech",
        summary="chunks of clean and noisy speech: VoiceBank-DEMAND, two folders, speech and noise mixed on the fly, or the bundled corpus",
        source="Valentini-Botinhao et al. 2016, Investigating RNN-based speech enhancement methods for noise-robust text-to-speech",
        **audio,
    )
    yield Component(
        kind="network",
        name="segan-generator",
        target="sparring_enhancement.segan:Generator",
        summary="1-D convolutional encoder-decoder with skips on the raw waveform",
        source=SEGAN,
    )
    yield Component(
        kind="network",
        name="segan-small-generator",
        target="sparring_enhancement.segan_small:SmallGenerator",
        summary="a small encoder-decoder on the raw waveform, whose output is a correction of its input",
        source=SEGAN,
    )
    yield Component(
        kind="network",
        name="segan-discriminator",
        target="sparring_enhancement.segan:Discriminator",
        summary="judges pairs of speech and noisy speech, with virtual batch norm",
        source=SEGAN,
    )
    yield Component(
        kind="application",
        name="enhance",
        target="sparring_enhancement.enhance:Enhance",
        summary="takes the noise out of audio files and folders of any rate, length and number of channels",
        **audio,
    )
