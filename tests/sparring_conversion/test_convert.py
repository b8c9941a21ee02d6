"""Files through a trained conversion: the voice changes, and what has to stay as it was does."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from torch import Tensor, nn
from toy import ToyData

from sparring import GameError, RecipeError, Trained
from sparring_audio import analyse_world, bundled_corpus, read, synthesise_world
from sparring_conversion.conversion_example import ConversionExample
from sparring_conversion.convert import Convert
from sparring_conversion.own_voice import OwnVoice
from sparring_conversion.spectra import LogSpectra, MelCepstra, Scale
from sparring_conversion.statistics import Pitch, Voice, Voices

SLT, RMS, AWB = Pitch(5.2, 0.15), Pitch(4.8, 0.12), Pitch(4.9, 0.2)
DATA = {"features": "mel-cepstra", "coefficients": 24, "sample_rate_hz": 16000, "f0_method": "dio"}


def voice(name: str, pitch: Pitch, *, mean: float = 0.0, dims: int = 24) -> Voice:
    return Voice(name, pitch, Scale(np.full((1, dims), mean), np.full((1, dims), 0.1)))


TWO = (voice("slt", SLT), voice("rms", RMS))
THREE = (*TWO, voice("awb", AWB))


def conversion(networks: Mapping[str, nn.Module] | None = None, voices: tuple[Voice, ...] = TWO, **data: object) -> Convert:
    networks = networks or {"to_target": nn.Identity(), "to_source": nn.Identity()}
    statistics = Voices(voices).tensors()
    return Convert(Trained(networks, task={}, data=DATA | data, device=torch.device("cpu"), open_data=ToyData, statistics=statistics))


class Told(nn.Module):
    """A generator that leaves spectra as they are and remembers what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[Tensor, int]] = []

    def forward(self, spectra: Tensor, speaker: Tensor) -> Tensor:
        self.heard.append((spectra, int(speaker)))
        return spectra


class Lifted(nn.Module):
    def forward(self, spectra: Tensor) -> Tensor:
        return spectra + 0.02


@pytest.fixture(scope="module")
def speech() -> Tensor:
    """A second and a half of slt at 16 kHz, which begins and ends within speech."""
    utterance = bundled_corpus().utterances("test", voice="slt")[0]
    return read(utterance.path, start=8000, frames=24000)[0][0]


def put(path: Path, wave: Tensor | np.ndarray, rate: int = 16000, subtype: str = "FLOAT") -> Path:
    """A file of (time) or (time, channels)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.asarray(wave), rate, subtype=subtype)
    return path


def log_f0(wave: np.ndarray, rate: int = 16000) -> np.ndarray:
    f0 = analyse_world(wave, rate).f0
    return np.log(f0[f0 > 0])


def test_networks_that_change_nothing_between_equal_voices_are_copy_synthesis(tmp_path: Path, speech: Tensor) -> None:
    given = put(tmp_path / "in.wav", speech)
    analysis, spectra = analyse_world(speech, 16000), MelCepstra(coefficients=24, sample_rate_hz=16000)
    object.__setattr__(
        analysis, "envelope", spectra.envelope(spectra.normalised(spectra.of(analysis), TWO[0].scale), TWO[0].scale, analysis)
    )

    conversion(voices=(TWO[0], voice("rms", SLT))).apply([given], tmp_path / "out")

    made, _ = soundfile.read(tmp_path / "out" / "in.wav")
    spoken = synthesise_world(analysis, samples=len(speech))
    assert np.abs(made - spoken * speech.numpy().std() / spoken.std()).max() < 1e-4
    assert np.abs(made - speech.numpy()).max() > 1e-2


def test_the_pitch_becomes_the_target_s_and_the_level_stays(tmp_path: Path, speech: Tensor) -> None:
    own = log_f0(speech.numpy())
    source = Voice("slt", Pitch(own.mean(), own.std()), TWO[0].scale)
    given = put(tmp_path / "in.wav", speech)

    conversion({"to_target": Lifted(), "to_source": nn.Identity()}, (source, TWO[1])).apply([given], tmp_path / "out", to="rms")

    made, _ = soundfile.read(tmp_path / "out" / "in.wav")
    assert np.median(log_f0(made)) == pytest.approx(RMS.mean, abs=0.05)
    assert 20 * np.log10(made.std() / speech.numpy().std()) == pytest.approx(0, abs=0.1)


def test_filtering_changes_the_spectra_and_leaves_the_pitch(tmp_path: Path, speech: Tensor) -> None:
    given = put(tmp_path / "in.wav", speech)
    target = Voice("rms", RMS, Scale(TWO[1].scale.mean + 0.1 * np.eye(1, 24), TWO[1].scale.deviation))

    conversion(voices=(TWO[0], target)).apply([given], tmp_path / "out", method="differential")

    before, after = analyse_world(speech, 16000), analyse_world(soundfile.read(tmp_path / "out" / "in.wav")[0], 16000)
    spectra, both = MelCepstra(coefficients=24, sample_rate_hz=16000), before.voiced & after.voiced
    assert (spectra.of(after) - spectra.of(before))[both][:, 0].mean() == pytest.approx(0.1, abs=0.02)
    assert np.median(np.abs(after.f0 - before.f0)[both]) < 0.5


@pytest.mark.parametrize("method", ["vocoder", "differential"])
@pytest.mark.parametrize(
    ("rate", "channels", "frames"), [(8000, 1, 9000), (44100, 2, 40001), (48000, 2, 480), (16000, 1, 1), (22050, 3, 7)]
)
def test_rate_length_channels_and_coding_are_kept(
    tmp_path: Path, speech: Tensor, rate: int, channels: int, frames: int, method: str
) -> None:  # fmt: skip
    waves = np.stack([np.resize(speech.numpy(), frames)] * channels, axis=1)
    given = put(tmp_path / "in.wav", waves, rate, "PCM_24")

    report = conversion().apply([given], tmp_path / "out", method=method)  # type: ignore[arg-type]

    made = soundfile.info(report.written[0])
    assert (made.samplerate, made.channels, made.frames, made.subtype) == (rate, channels, frames, "PCM_24")
    assert report.skipped == []


@pytest.mark.parametrize("seconds", [0.01, 1.0])
@pytest.mark.parametrize(("level", "subtype"), [(0, "PCM_16"), (0.1, "PCM_16"), (0.9, "PCM_24"), (3, "FLOAT")])
def test_what_is_nowhere_voiced_stays_as_it_is_bit_for_bit_and_is_mentioned(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, level: float, subtype: str, seconds: float
) -> None:  # fmt: skip
    frames = int(44100 * seconds)
    whistle, click = np.sin(2 * np.pi * 6000 / 44100 * np.arange(frames)), np.arange(frames) == 200
    given = put(tmp_path / "in.wav", level * np.stack((whistle, click), axis=1), 44100, subtype)

    with caplog.at_level(logging.WARNING, logger="sparring"):
        conversion().apply([given], tmp_path / "out")

    assert (soundfile.read(tmp_path / "out" / "in.wav")[0] == soundfile.read(given)[0]).all()
    assert caplog.messages == [f"{given}: nothing in it is voiced, and it stays as it is"]


def test_noise_and_whispering_stay_as_they_are_though_a_tracker_finds_pitch_in_them(tmp_path: Path, speech: Tensor) -> None:
    analysis = analyse_world(speech, 16000)
    whispered = synthesise_world(replace(analysis, f0=np.zeros_like(analysis.f0)))
    noise = np.random.default_rng(0).normal(0, 0.1, 32000).astype(np.float32)
    given = [put(tmp_path / f"{name}.wav", wave) for name, wave in (("noise", noise), ("whispered", whispered))]

    conversion().apply(given, tmp_path / "out")

    assert (analyse_world(noise, 16000).f0 > 0).any()
    for path in given:
        assert (soundfile.read(tmp_path / "out" / path.name)[0] == soundfile.read(path)[0]).all()


def test_a_silent_channel_stays_silent_and_is_mentioned(tmp_path: Path, speech: Tensor, caplog: pytest.LogCaptureFixture) -> None:
    given = put(tmp_path / "in.wav", np.stack((speech.numpy(), np.zeros(len(speech))), axis=1))

    with caplog.at_level(logging.WARNING, logger="sparring"):
        conversion().apply([given], tmp_path / "out")

    made, _ = soundfile.read(tmp_path / "out" / "in.wav")
    assert not made[:, 1].any()
    assert made[:, 0].std() > 0.01
    assert caplog.messages == [f"{given}: nothing in channel 2, 0.0 to 1.5 seconds is voiced, and it stays as it is"]


def test_every_channel_is_converted_by_itself(tmp_path: Path, speech: Tensor) -> None:
    both = put(tmp_path / "both.wav", torch.stack((speech, speech.flip(0)), dim=1), 44100)
    right = put(tmp_path / "right.wav", speech.flip(0), 44100)

    conversion().apply([both, right], tmp_path / "out")

    together, alone = (soundfile.read(tmp_path / "out" / f"{name}.wav")[0] for name in ("both", "right"))
    assert (together[:, 1] == alone).all()
    assert np.abs(together[:, 0] - alone).max() > 1e-2


def test_a_moment_of_voice_is_converted(tmp_path: Path) -> None:
    burst = np.zeros(16000)
    burst[8000:9600] = 0.3 * np.sign(np.sin(2 * np.pi * 150 * np.arange(1600) / 16000))
    given = put(tmp_path / "in.wav", burst)

    for name, application in (("known", conversion()), ("unknown", conversion({"generator": Told()}, THREE))):
        application.apply([given], tmp_path / name, to="rms")

        made, _ = soundfile.read(tmp_path / name / "in.wav")
        assert made.shape == burst.shape
        assert made.std() == pytest.approx(burst.std(), rel=0.05)
        assert np.abs(made - burst).max() > 0.1


def test_the_same_recording_gives_the_same_bytes(tmp_path: Path, speech: Tensor) -> None:
    given = put(tmp_path / "in.wav", speech, 44100, "PCM_16")

    first, second = (conversion().apply([given], tmp_path / name).written[0].read_bytes() for name in "ab")

    assert first == second


def test_an_input_is_never_overwritten(tmp_path: Path, speech: Tensor) -> None:
    given = put(tmp_path / "in.wav", speech)

    with pytest.raises(RecipeError) as raised:
        conversion().apply([given], tmp_path)

    assert str(raised.value) == f"{given}: would be overwritten: choose another output folder"


def test_what_cannot_be_read_is_named_and_the_rest_is_converted(tmp_path: Path, speech: Tensor) -> None:
    put(tmp_path / "in" / "deep" / "good.wav", speech)
    (tmp_path / "in" / "empty.wav").touch()

    report = conversion().apply([tmp_path / "in"], tmp_path / "out", format="flac")

    assert report.written == [tmp_path / "out" / "deep" / "good.flac"]
    assert report.skipped == [(str(tmp_path / "in" / "empty.wav"), "the file is empty.")]


@pytest.mark.parametrize(
    ("voices", "options", "message"),
    [
        (TWO, {"to": "bdl"}, "to: this run knows no speaker 'bdl': choose one of slt, rms"),
        (THREE, {"to": "rms", "speaker": "me"}, "speaker: this run knows no speaker 'me': choose one of slt, rms, awb"),
        (THREE, {}, "to: this run has 3 speakers: say whose voice is wanted, one of slt, rms, awb"),
        (TWO, {"to": "rms", "speaker": "rms"}, "to: the recordings are of 'rms' already: choose another one of slt, rms"),
    ],
)
def test_speakers_that_cannot_be_are_refused(tmp_path: Path, voices: tuple[Voice, ...], options: dict[str, str], message: str) -> None:
    with pytest.raises(RecipeError) as raised:
        conversion({"generator": Told()}, voices).apply([], tmp_path, **options)  # type: ignore[arg-type]

    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("options", "used"), [({}, "target"), ({"to": "rms"}, "target"), ({"to": "slt"}, "source"), ({"speaker": "rms"}, "source")]
)
def test_of_a_pair_the_network_of_the_wanted_direction_converts(
    tmp_path: Path, speech: Tensor, options: dict[str, str], used: str
) -> None:  # fmt: skip
    class Unwanted(nn.Module):
        def forward(self, spectra: Tensor) -> Tensor:
            raise AssertionError("the other direction")

    unused = {"target": "source", "source": "target"}[used]
    given = put(tmp_path / "in.wav", speech[:8000])

    report = conversion({f"to_{used}": nn.Identity(), f"to_{unused}": Unwanted()}).apply([given], tmp_path / "out", **options)  # type: ignore[arg-type]

    assert len(report.written) == 1


def test_a_generator_is_told_the_wanted_speaker_s_number_and_sees_a_multiple_of_four_frames(tmp_path: Path, speech: Tensor) -> None:
    generator = Told()
    given = [put(tmp_path / f"{samples}.wav", speech[:samples]) for samples in (8000, 8080, 8160)]

    conversion({"generator": generator}, THREE).apply(given, tmp_path / "out", to="awb", speaker="slt")

    assert [spectra.shape for spectra, _ in generator.heard] == [(1, 24, 104)] * 3
    assert [number for _, number in generator.heard] == [2] * 3
    assert (generator.heard[0][0][..., 100] == generator.heard[0][0][..., 103]).all()


def test_beside_an_encoder_a_generator_sees_the_mean_of_the_posterior(tmp_path: Path, speech: Tensor) -> None:
    class Encoder(nn.Module):
        def forward(self, spectra: Tensor) -> tuple[Tensor, Tensor]:
            return spectra * 0 + 0.25, torch.full_like(spectra, 9.0)

    generator = Told()
    given = put(tmp_path / "in.wav", speech[:8000])
    application = conversion({"encoder": Encoder(), "generator": generator})

    application.apply([given], tmp_path / "out", to="rms")

    assert (generator.heard[0][0] == 0.25).all()


def test_an_unknown_speaker_is_measured_on_the_recording_itself(tmp_path: Path, speech: Tensor) -> None:
    generator, given = Told(), put(tmp_path / "in.wav", speech)

    conversion({"generator": generator}, THREE).apply([given], tmp_path / "out", to="rms")

    seen, _ = generator.heard[0]
    made, _ = soundfile.read(tmp_path / "out" / "in.wav")
    assert np.median(log_f0(made)) == pytest.approx(RMS.mean, abs=0.05)
    assert seen.mean().abs() < 0.2
    assert seen.std() == pytest.approx(1, abs=0.15)


def test_of_unknown_speakers_every_channel_has_its_own(tmp_path: Path, speech: Tensor) -> None:
    given = put(tmp_path / "in.wav", np.stack((np.zeros(len(speech)), speech.numpy()), axis=1))

    conversion({"generator": Told()}, THREE).apply([given], tmp_path / "out", to="rms")

    made, _ = soundfile.read(tmp_path / "out" / "in.wav")
    assert not made[:, 0].any()
    assert np.median(log_f0(made[:, 1])) == pytest.approx(RMS.mean, abs=0.05)


def test_a_few_voiced_frames_tell_only_the_mean_of_the_pitch(speech: Tensor) -> None:
    analysis, target = analyse_world(speech, 16000), voice("rms", RMS, mean=0.5)
    few = analysis.f0.copy()
    few[np.flatnonzero(few)[9:]] = 0
    object.__setattr__(analysis, "f0", few)
    own = OwnVoice(MelCepstra(coefficients=24, sample_rate_hz=16000))

    own.add(analysis)

    assert own.voice(target) == Voice("", Pitch(np.log(few[few > 0]).mean(), RMS.deviation), target.scale)


def test_spectra_that_all_speakers_scale_alike_are_never_measured_on_a_recording(speech: Tensor) -> None:
    target = voice("rms", RMS, mean=-2.0, dims=513)
    own = OwnVoice(LogSpectra(sample_rate_hz=16000))

    own.add(analyse_world(speech, 16000))
    measured = own.voice(target)

    assert measured is not None
    assert measured.scale is target.scale
    assert measured.pitch.mean == pytest.approx(log_f0(speech.numpy()).mean())


def test_log_spectra_are_converted_too(tmp_path: Path, speech: Tensor) -> None:
    wide = tuple(Voice(one.name, one.pitch, Scale(np.full((1, 513), -4.0), np.full((1, 513), 5.0))) for one in TWO)
    given = put(tmp_path / "in.wav", speech)

    conversion(voices=wide, features="log-spectra").apply([given], tmp_path / "out", method="differential")

    assert np.abs(soundfile.read(tmp_path / "out" / "in.wav")[0] - speech.numpy()).max() < 1e-4


@pytest.mark.parametrize(("factor", "message"), [(float("nan"), "NaN or infinity"), (0, "conversion keeps the shape of spectra")])
def test_networks_that_make_no_spectra_stop_the_work(tmp_path: Path, speech: Tensor, factor: float, message: str) -> None:
    class Broken(nn.Module):
        def forward(self, spectra: Tensor) -> Tensor:
            return spectra * factor if factor else spectra[..., 1:]

    given = put(tmp_path / "in.wav", speech)

    with pytest.raises(GameError, match=message):
        conversion({"to_target": Broken(), "to_source": Broken()}).apply([given], tmp_path / "out")

    assert list((tmp_path / "out").iterdir()) == []


def test_networks_of_another_task_are_refused() -> None:
    with pytest.raises(RecipeError, match="the networks critic, encoder convert no voices"):
        conversion({"critic": nn.Identity(), "encoder": nn.Identity()})


def test_a_pair_of_networks_is_for_two_speakers() -> None:
    with pytest.raises(RecipeError, match="are for two speakers, and this run has 3: slt, rms, awb"):
        conversion(voices=THREE)


def example(folder: Path, speech: Tensor, source: str, target: str, *, reference: bool = True) -> ConversionExample:
    path = put(folder / f"{source}.wav", speech)
    return ConversionExample(
        f"{source}-to-{target}/001", sample_rate_hz=16000, source_speaker=source, target_speaker=target,
        source_path=path, reference_path=path if reference else None,
    )  # fmt: skip


def test_an_example_is_answered_as_its_file_would_be(tmp_path: Path, speech: Tensor) -> None:
    heard = example(tmp_path, speech, "slt", "rms")
    conversion().apply([heard.source_path], tmp_path / "out")

    answer = conversion().answer(heard)

    assert answer.dtype == torch.float32
    assert (answer.numpy() == soundfile.read(tmp_path / "out" / "slt.wav", dtype="float32")[0]).all()


def test_a_preview_shows_and_plays_one_sentence_of_each_direction(tmp_path: Path, speech: Tensor) -> None:
    examples = [example(tmp_path, speech, "slt", "rms")] * 2 + [example(tmp_path, speech, "rms", "slt", reference=False)]

    left = conversion().preview(examples, tmp_path / "out")

    assert [path.name for path in left] == [
        *(f"slt-to-rms_001{end}" for end in (".png", "_source.wav", "_converted.wav", "_target.wav")),
        *(f"rms-to-slt_001{end}" for end in (".png", "_source.wav", "_converted.wav")),
    ]
    assert all(path.stat().st_size > 1000 for path in left)
