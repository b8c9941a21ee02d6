"""Speech and noise that are mixed on the fly, from the bundled corpus or from folders."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from sparring import DataError
from sparring_audio import TEST_NOISES, active_level, bundled_corpus, held_out, read
from sparring_enhancement.chunk_numbers import ChunkNumbers
from sparring_enhancement.noise_variety import NoiseVariety, coloured
from sparring_enhancement.noisy_speech import NoisySpeech
from sparring_enhancement.speed import Speed, played


class Folders(NamedTuple):
    clean: Path
    noise: Path


@pytest.fixture(scope="module")
def bundled() -> NoisySpeech:
    return NoisySpeech()


@pytest.fixture
def folders(tmp_path: Path, write_wave: Callable[..., Path]) -> Folders:
    draw = np.random.default_rng(0)
    for number in range(20):
        write_wave(tmp_path / "clean" / f"anna/{number:02d}.wav", 0.1 * draw.standard_normal(24000), 22050)
    for kind in ("bus", "cafe", "rain", "wind"):
        write_wave(tmp_path / "noise" / f"{kind}.wav", draw.standard_normal((40000, 2)) * 0.3, 48000)
    return Folders(tmp_path / "clean", tmp_path / "noise")


def draw(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_without_folders_the_data_say_that_they_are_the_bundled_ones(bundled: NoisySpeech) -> None:
    assert "bundled sample speech (synthetic voices" in bundled.describe()


def test_a_sample_depends_on_its_number_and_draw_alone(bundled: NoisySpeech) -> None:
    first = bundled.sample(7, draw(1))
    bundled.sample(3, draw(9))

    assert torch.equal(NoisySpeech().sample(7, draw(1))["noisy"], first["noisy"])
    assert torch.equal(bundled.sample(7, draw(2))["clean"], first["clean"])
    assert not torch.allclose(bundled.sample(7, draw(2))["noisy"], first["noisy"])


def test_every_sample_is_a_pair_of_chunks_that_are_not_the_same(bundled: NoisySpeech) -> None:
    for index in range(0, len(bundled), 29):
        sample = bundled.sample(index, draw(index))

        assert {name: (field.shape, field.dtype) for name, field in sample.items()} == {
            "clean": ((1, 16384), torch.float32),
            "noisy": ((1, 16384), torch.float32),
        }
        assert sample["noisy"].isfinite().all()
        assert not torch.allclose(sample["clean"], sample["noisy"])


def test_a_chunk_of_the_bundled_corpus_is_where_its_number_says() -> None:
    spoken = bundled_corpus().utterances("training")[0]
    wave, _ = read(spoken.path)

    sample = NoisySpeech(preemphasis=0.0).sample(1, draw())

    assert torch.equal(sample["clean"], wave[:, 8192 : 8192 + 16384])


def test_the_snr_counts_from_the_active_level_of_the_utterance(bundled: NoisySpeech) -> None:
    for example in bundled.examples("test")[:15:2]:
        noise = example.noisy - example.clean
        snr_db = active_level(example.clean, 16000).level_db - 10 * math.log10(float(noise.square().mean()))

        assert snr_db == pytest.approx(float(example.conditions["snr_db"]), abs=0.01)


def test_the_test_is_a_voice_and_noises_that_training_never_heard(bundled: NoisySpeech) -> None:
    examples = bundled.examples("test")

    sentences = bundled_corpus().utterances("test")
    assert len(examples) == len(sentences) * len(TEST_NOISES) * 3
    assert {example.conditions["noise"] for example in examples} == set(TEST_NOISES)
    assert {example.conditions["speaker"] for example in examples} == {"awb"}
    assert {example.conditions["snr_db"] for example in examples} == {0.0, 5.0, 10.0}


def test_validation_has_the_voices_and_noises_of_training_and_sentences_of_its_own(bundled: NoisySpeech) -> None:
    examples = bundled.examples("validation")

    assert {example.conditions["speaker"] for example in examples} == {"slt", "rms", "kal16"}
    assert not {example.conditions["noise"] for example in examples} & set(TEST_NOISES)
    assert len({example.name for example in examples}) == len(examples)


def test_a_held_out_example_is_always_the_same(bundled: NoisySpeech) -> None:
    assert torch.equal(NoisySpeech().examples("test")[5].noisy, bundled.examples("test")[5].noisy)


def test_no_mixture_leaves_full_scale() -> None:
    loud = NoisySpeech(snrs_db=(-30.0,), level_db=(20.0, 20.0), preemphasis=0.0)

    sample = loud.sample(0, draw())

    assert sample["noisy"].abs().max() == pytest.approx(1.0)
    assert sample["clean"].abs().max() < 1


def test_folders_of_speech_and_noise_are_mixed(folders: Folders) -> None:
    data = NoisySpeech(clean=folders.clean, noise=folders.noise, held_out_share=0.1)

    assert [len(data.examples(split)) for split in ("validation", "test")] == [2, 2]
    assert len(data) == 16
    assert {example.conditions["speaker"] for example in data.examples("test")} == {"anna"}
    assert data.sample(3, draw())["noisy"].shape == (1, 16384)


def test_the_noises_of_the_test_are_held_out_too(folders: Folders) -> None:
    data = NoisySpeech(clean=folders.clean, noise=folders.noise, held_out_share=0.25)

    heard = {example.conditions["noise"] for example in data.examples("test")}
    assert len(heard) == 1
    assert not heard & {example.conditions["noise"] for example in data.examples("validation")}


def test_a_noise_shorter_than_the_speech_goes_round(folders: Folders, write_wave: Callable[..., Path]) -> None:
    write_wave(folders.noise / "beep.wav", np.ones(500), 16000)
    for kind in ("bus", "cafe", "rain", "wind"):
        (folders.noise / f"{kind}.wav").unlink()
    data = NoisySpeech(clean=folders.clean, noise=folders.noise, preemphasis=0.0)

    noise = torch.diff(torch.stack(tuple(data.sample(0, draw()).values())), dim=0)

    assert torch.allclose(noise, noise.mean().expand_as(noise), atol=1e-5)


def test_silent_speech_and_silent_noise_stay_as_they_are(folders: Folders, write_wave: Callable[..., Path]) -> None:
    for path in folders.clean.rglob("*.wav"):
        write_wave(path, np.zeros(24000), 22050)
    data = NoisySpeech(clean=folders.clean, noise=folders.noise)

    assert not data.sample(0, draw())["noisy"].any()


def test_two_folders_of_pairs_hold_out_a_share_of_their_files(folders: Folders) -> None:
    data = NoisySpeech(clean=folders.clean, noisy=folders.clean, held_out_share=0.2)

    names = [{example.name for example in data.examples(split)} for split in ("validation", "test")]
    assert [len(part) for part in names] == [4, 4]
    assert not names[0] & names[1]
    assert len(data) == 12


def test_validation_speakers_take_the_place_of_a_share(tmp_path: Path) -> None:
    names = [f"{speaker}_{number}" for speaker in ("anna", "bert") for number in range(10)]

    parts = held_out(names, share=0.1, validation=[name for name in names if name.startswith("bert")])

    assert [len(part) for part in parts] == [9, 10, 1]
    assert all(name.startswith("bert") for name in parts.validation)


def test_a_file_more_moves_few_others() -> None:
    names = [f"{number:03d}" for number in range(200)]

    before, after = held_out(names, share=0.05), held_out([*names, "another"], share=0.05)

    assert len(set(before.test) ^ set(after.test)) <= 2
    assert before.test != names[:10]


def test_folders_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        NoisySpeech(root=tmp_path, noise=tmp_path)

    assert str(raised.value) == (
        "noisy-speech was given root and noise: give root (VoiceBank-DEMAND), or clean and noisy, or clean and noise, "
        "or none of them for the bundled corpus."
    )


def test_speech_with_two_channels_and_damaged_noise_are_both_named(folders: Folders, write_wave: Callable[..., Path]) -> None:
    write_wave(folders.clean / "stereo.wav", np.zeros((100, 2)))
    (folders.noise / "bus.wav").write_bytes(b"RIFF")

    with pytest.raises(DataError) as raised:
        NoisySpeech(clean=folders.clean, noise=folders.noise)

    lines = str(raised.value).splitlines()
    assert lines[0] == f"{folders.clean / 'stereo.wav'}: 2 channels, and speech to train on has one: mix it down first."
    assert lines[1].startswith(f"{folders.noise / 'bus.wav'}: ")


def test_noises_are_mixed_and_coloured_when_asked_for() -> None:
    plain, varied = NoisySpeech(preemphasis=0.0), NoisySpeech(mixed_noise_share=1.0, coloured_noise_share=1.0, preemphasis=0.0)

    one, other = plain.sample(0, draw(1)), varied.sample(0, draw(1))

    assert torch.equal(one["clean"], other["clean"])
    assert not torch.allclose(one["noisy"], other["noisy"])
    assert torch.equal(other["noisy"], varied.sample(0, draw(1))["noisy"])


def test_colouring_changes_the_spectrum_smoothly() -> None:
    white = torch.from_numpy(np.fft.irfft(np.ones(8193), 16384).astype(np.float32))

    gain_db = 20 * torch.fft.rfft(coloured(white, draw())).abs().log10()

    assert gain_db.std() > 2
    assert gain_db[50:].diff().abs().max() < 0.1


def test_a_second_noise_is_up_to_ten_decibels_below_the_first() -> None:
    variety = NoiseVariety([lambda _, samples, __: torch.arange(samples) % 2 * 2.0 - 1.0], mixed_share=1.0)

    powers = [float(variety(draw(seed), 100, 16000).square().mean()) for seed in range(200)]

    assert (1 + 10**-0.5) ** 2 <= min(powers) < max(powers) <= 4


def test_speech_at_another_speed_has_another_pitch(tmp_path: Path, write_wave: Callable[..., Path]) -> None:
    write_wave(tmp_path / "clean" / "tone.wav", 0.1 * np.sin(2 * np.pi * 1000 * np.arange(32000) / 16000), 16000)
    write_wave(tmp_path / "noise" / "hiss.wav", np.random.default_rng(0).standard_normal(32000) * 0.1, 16000)
    data = NoisySpeech(clean=tmp_path / "clean", noise=tmp_path / "noise", speed_range=(1.1, 1.1), preemphasis=0.0)

    clean = data.sample(0, draw())["clean"]
    spectrum = torch.fft.rfft(clean[0]).abs()

    assert clean.shape == (1, 16384)
    assert clean.abs().quantile(0.9) == pytest.approx(0.1, rel=0.02)
    assert int(spectrum.argmax()) * 16000 / 16384 == pytest.approx(1100, rel=0.01)


def test_a_share_of_the_pairs_changes_its_sign() -> None:
    flipped = NoisySpeech(flipped_share=1.0)

    assert torch.equal(flipped.sample(0, draw())["clean"], -NoisySpeech().sample(0, draw())["clean"])


def test_shifted_chunks_start_anywhere_up_to_the_next_and_end_within_the_recording() -> None:
    chunks = ChunkNumbers([50, 100, 230], chunk_samples=100, hop_samples=50, shifted=True)

    places = {chunks.at(index, draw(seed)) for index in range(len(chunks)) for seed in range(300)}

    assert {start for recording, start in places if recording < 2} == {0}
    assert {start for recording, start in places if recording == 2} == set(range(131))


def test_what_is_played_at_its_own_speed_is_the_same() -> None:
    wave = torch.from_numpy(draw().standard_normal(1000).astype(np.float32))

    assert torch.allclose(played(wave, 1000), wave, atol=1e-6)
    assert torch.equal(Speed()(lambda frames: wave[:frames], draw(), 1000), wave)


def test_speeds_are_drawn_evenly_over_their_logarithm() -> None:
    lengths: list[int] = []

    def hear(frames: int) -> torch.Tensor:
        lengths.append(frames)
        return torch.zeros(frames)

    for seed in range(300):
        Speed(0.8, 1.25)(hear, draw(seed), 16384)

    speeds = np.array(lengths) / 16384
    assert speeds.min() == pytest.approx(0.8, rel=0.02)
    assert speeds.max() == pytest.approx(1.25, rel=0.02)
    assert np.median(speeds) == pytest.approx(1.0, rel=0.05)
