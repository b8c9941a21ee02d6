"""What this plugin brings to a recipe."""

from __future__ import annotations

from collections.abc import Iterable

from sparring import Component, hookimpl

CYCLEGAN_VC = "Kaneko, Kameoka 2018, CycleGAN-VC: Non-parallel Voice Conversion Using Cycle-Consistent Adversarial Networks"
CYCLEGAN_VC2 = "Kaneko, Kameoka, Tanaka, Hojo 2019, CycleGAN-VC2: Improved CycleGAN-based Non-parallel Voice Conversion"
STARGAN_VC = "Kameoka, Kaneko, Tanaka, Hojo 2018, StarGAN-VC: Non-parallel Many-to-Many Voice Conversion"
VAW_GAN = "Hsu, Hwang, Wu, Tsao, Wang 2017, Voice Conversion from Unaligned Corpora Using Variational Autoencoding Wasserstein GANs"


@hookimpl
def sparring_components() -> Iterable[Component]:
    world = {"requires": ("pyworld", "librosa", "soundfile", "torchaudio"), "extra": "conversion"}
    yield Component(
        kind="task",
        name="cycle-conversion",
        target="sparring_conversion.task:CycleConversion",
        summary="two voices, there and back, by two generators and two discriminators",
        source=CYCLEGAN_VC,
        **world,
    )
    yield Component(
        kind="task",
        name="two-step-cycle-conversion",
        target="sparring_conversion.task:TwoStepCycleConversion",
        summary="the same, with two more discriminators that judge what went there and back",
        source=CYCLEGAN_VC2,
        **world,
    )
    yield Component(
        kind="task",
        name="many-to-many-conversion",
        target="sparring_conversion.task:ManyToManyConversion",
        summary="any number of voices by one generator, a discriminator and a classifier",
        source=STARGAN_VC,
        **world,
    )
    yield Component(
        kind="task",
        name="variational-conversion",
        target="sparring_conversion.task:VariationalConversion",
        summary="what was said by an encoder, who says it by a generator that is told, and a critic",
        source=VAW_GAN,
        **world,
    )
    yield Component(
        kind="data",
        name="voices",
        target="sparring_conversion.voices_data:VoicesData",
        summary="spectra of speakers who say different things: a folder a speaker, VCC2016, VCC2018, or the bundled voices",
        **world,
    )
    for kind, source in (("vc", CYCLEGAN_VC), ("vc2", CYCLEGAN_VC2)):
        yield Component(
            kind="network",
            name=f"cyclegan-{kind}-generator",
            target=f"sparring_conversion.cyclegan_{kind}:Generator",
            summary=f"spectra to spectra: {'gated convolutions over time' if kind == 'vc' else 'gated 2-1-2D convolutions'}",
            source=source,
        )
        yield Component(
            kind="network",
            name=f"cyclegan-{kind}-discriminator",
            target=f"sparring_conversion.cyclegan_{kind}:Discriminator",
            summary="judges patches of spectra by gated 2-D convolutions",
            source=source,
        )
    for role, summary in (
        ("generator", "spectra and a speaker's number to that speaker's spectra"),
        ("discriminator", "judges spectra beside the number of the speaker that they should be of"),
        ("classifier", "says whose spectra these are, from their first eight coefficients"),
    ):
        yield Component(
            kind="network",
            name=f"stargan-vc-{role}",
            target=f"sparring_conversion.stargan_vc:{role.capitalize()}",
            summary=summary,
            source=STARGAN_VC,
        )
    for role, summary in (
        ("encoder", "frames of spectra to the posterior of what was said"),
        ("generator", "what was said and a speaker's number to frames of spectra"),
        ("critic", "scores frames of spectra"),
    ):
        yield Component(
            kind="network",
            name=f"vaw-gan-{role}",
            target=f"sparring_conversion.vaw_gan:{role.capitalize()}",
            summary=summary,
            source=VAW_GAN,
        )
    yield Component(
        kind="application",
        name="convert",
        target="sparring_conversion.convert:Convert",
        summary="says what audio files and folders say in another voice, at any rate, length and number of channels",
        **world,
    )
    yield Component(
        kind="metric",
        name="speaker-verdict",
        target="sparring_conversion.speaker_verdict:SpeakerVerdict",
        summary="share of converted recordings that an independent classifier takes for the target speaker",
        source="Reynolds, Rose 1995, Robust text-independent speaker identification using Gaussian mixture speaker models",
        requires=(*world["requires"], "sklearn"),
        extra="conversion",
    )
    for name, target, summary in (
        ("no-conversion", "baselines:NoConversion", "the source as it is"),
        ("f0-transform", "baselines:F0Transform", "the source with the target's pitch, through WORLD"),
        ("copy-synthesis", "baselines:CopySynthesis", "the reference through WORLD and the run's spectra: the floor"),
        ("linear-regression", "linear_regression:LinearRegression", "an oracle: frame-wise regression, from parallel sentences"),
        ("moment-matching", "baselines:MomentMatching", "pitch and every feature with the target's mean and deviation"),
    ):
        yield Component(kind="baseline", name=name, target=f"sparring_conversion.{target}", summary=summary, **world)
