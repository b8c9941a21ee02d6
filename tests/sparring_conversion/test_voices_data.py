"""Unpaired speech of several speakers, from a folder per speaker."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import load_file, save_file

from sparring import DataError
from sparring_audio import bundled_corpus
from sparring_conversion.statistics import Voices
from sparring_conversion.training_material import training_material
from sparring_conversion.voices_data import VoicesData

RATE = 16_000
CROP = 64
SENTENCES = ("001", "002", "003", "004", "005", "006")

Draw = Callable[[int], np.random.Generator]


@pytest.fixture(scope="session")
def kept_analyses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def cache(kept_analyses: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPARRING_CACHE", str(kept_analyses))
    return kept_analyses


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three speakers who read the same six sentences, the first 0.9 seconds of them."""
    for voice in ("awb", "rms", "slt"):
        for sentence in SENTENCES:
            write(tmp_path / "voices" / voice / "wav" / f"{sentence}.wav", spoken(voice, sentence))
    return tmp_path / "voices"


def spoken(voice: str, sentence: str, *, seconds: float = 0.9) -> np.ndarray:
    wave, _ = soundfile.read(bundled_corpus().folder / voice / f"{sentence}.flac")
    return wave[4000 : 4000 + int(seconds * RATE)]


def write(path: Path, wave: np.ndarray, rate: int = RATE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, wave, rate, subtype="FLOAT" if path.suffix == ".wav" else None)


def pair(root: Path, **options: object) -> VoicesData:
    return VoicesData(**{"root": root, "speakers": ("slt", "rms"), "crop_frames": CROP, **options})  # type: ignore[arg-type]


def test_a_sample_is_two_crops_of_normalised_spectra_and_the_numbers_of_their_speakers(root: Path) -> None:
    data = pair(root, directions="one", coefficients=12)

    sample = data.sample(0, np.random.default_rng(0))

    assert tuple(sample) == data.fields
    assert sample["source"].shape == sample["target"].shape == (12, CROP)
    assert {value.dtype for value in sample.values()} == {torch.float32, torch.int64}
    assert (sample["source_speaker"], sample["target_speaker"]) == (0, 1)
    assert data.facts() == {"dims": 12, "speakers": 2}


def test_every_choice_of_a_sample_comes_from_the_draw(root: Path) -> None:
    data = VoicesData(root=root, crop_frames=CROP)

    first, again, other = (data.sample(1, np.random.default_rng(seed)) for seed in (5, 5, 6))

    assert all(torch.equal(first[name], again[name]) for name in data.fields)
    assert not torch.equal(first["target"], other["target"])


def test_a_crop_is_of_the_speaker_whose_number_it_has(root: Path) -> None:
    data = VoicesData(root=root, crop_frames=CROP)
    windows = {
        number: [np.lib.stride_tricks.sliding_window_view(one, CROP, axis=0) for one in data.material.features[name]]
        for number, name in enumerate(data.speakers)
    }

    samples = [data.sample(index, np.random.default_rng(index)) for index in range(len(data))]

    for sample in samples:
        for role in ("source", "target"):
            crops = windows[int(sample[f"{role}_speaker"])]
            assert any((crop == sample[role].numpy()).all(axis=(1, 2)).any() for crop in crops)


def test_from_any_speaker_to_any_other_or_in_one_direction(root: Path) -> None:
    def pairs(data: VoicesData) -> set[tuple[int, int]]:
        drawn = [data.sample(index % len(data), np.random.default_rng(index)) for index in range(60)]
        return {(int(sample["source_speaker"]), int(sample["target_speaker"])) for sample in drawn}

    every, one = VoicesData(root=root, crop_frames=CROP), pair(root, directions="one")

    assert pairs(every) == {(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)}
    assert pairs(one) == {(0, 1)}


def test_an_epoch_hears_every_utterance_of_every_source_speaker_once(root: Path) -> None:
    every, one = pair(root, same_sentences=True), pair(root, same_sentences=True, directions="one")

    speakers = [int(every.sample(index, np.random.default_rng(0))["source_speaker"]) for index in range(len(every))]

    assert speakers == [0, 0, 0, 0, 1, 1, 1, 1]
    assert len(one) == 4


def test_no_speaker_is_trained_on_the_words_of_another_unless_asked_for(root: Path) -> None:
    dealt, same = pair(root), pair(root, same_sentences=True)

    def words(data: VoicesData) -> list[set[str]]:
        return [{path.stem for path in data.material.digests if path.parts[-3] == name} for name in data.speakers]

    assert len(words(dealt)[0]) == len(words(dealt)[1]) == 2
    assert not words(dealt)[0] & words(dealt)[1]
    assert words(same)[0] == words(same)[1]
    assert "2 training" not in same.describe()
    assert "of the same sentences" in same.describe()


def test_mel_cepstra_have_mean_0_and_deviation_1_for_every_speaker(root: Path) -> None:
    data = pair(root)

    joined = [np.concatenate(data.material.features[name]) for name in data.speakers]

    for features in joined:
        np.testing.assert_allclose(features.mean(0), 0, atol=1e-5)
        np.testing.assert_allclose(features.std(0), 1, atol=1e-5)


def test_log_spectra_fill_the_range_from_minus_1_to_1(root: Path) -> None:
    data = pair(root, features="log-spectra")

    sample = data.sample(0, np.random.default_rng(0))["source"]

    assert sample.shape == (513, CROP)
    assert -1 <= sample.min() < -0.5
    assert 0.5 < sample.max() <= 1


def test_the_statistics_are_the_voices_as_a_checkpoint_keeps_them(root: Path) -> None:
    voices = Voices.read(pair(root).statistics())

    assert voices.names == ("slt", "rms")
    assert np.exp(voices["slt"].pitch.mean) > 1.3 * np.exp(voices["rms"].pitch.mean)


def test_examples_are_held_out_sentences_from_every_speaker_to_every_other(root: Path) -> None:
    data = pair(root, directions="one")

    examples = [*data.examples("validation"), *data.examples("test")]
    (first, *_) = examples

    assert len(examples) == 4
    assert not {path.stem for path in data.material.digests} & {example.source_path.stem for example in examples}
    sentence = first.name.removeprefix("slt-to-rms/")
    assert first.conditions == {"direction": "slt to rms"}
    assert (first.source_speaker, first.target_speaker, first.sample_rate_hz) == ("slt", "rms", RATE)
    np.testing.assert_allclose(first.source, spoken("slt", sentence), atol=1e-6)
    assert first.reference is not None
    np.testing.assert_allclose(first.reference, spoken("rms", sentence), atol=1e-6)


def test_an_example_has_no_reference_where_the_target_has_not_read_the_sentence(root: Path) -> None:
    for sentence in SENTENCES:
        (root / "rms" / "wav" / f"{sentence}.wav").rename(root / "rms" / f"x{sentence}.wav")

    examples = pair(root).examples("test")

    assert examples
    assert all(example.reference is None for example in examples)


def test_recordings_of_any_rate_and_channels_are_heard_as_one_channel_at_the_rate_of_the_run(root: Path) -> None:
    for path in (root / "slt").rglob("*.wav"):
        wave = spoken("slt", path.stem)
        write(path, np.stack((wave, 0 * wave), axis=1)[::2], RATE // 2)

    data = pair(root)

    assert data.sample(0, np.random.default_rng(0))["source"].isfinite().all()
    example = data.examples("test")[0]
    assert example.source.shape == (14_400,)
    whole = spoken("slt", example.source_path.stem)
    assert example.source.square().mean() == pytest.approx(np.square(whole / 2).mean(), rel=0.2)
    assert "nothing above half the rate of wav/" in data.describe()
    assert "which is below 16000 Hz" in data.describe()


def test_what_nothing_can_be_learned_from_is_left_out_and_said(root: Path) -> None:
    write(root / "slt" / "silence.wav", np.zeros(RATE))
    write(root / "slt" / "hiss.wav", 0.1 * np.random.default_rng(1).standard_normal(RATE))
    write(root / "slt" / "short.wav", spoken("slt", "001", seconds=0.25))
    recordings = {name: sorted((root / name).rglob("*.wav")) for name in ("slt", "rms")}

    material = training_material(recordings, pair(root).analyser, crop_frames=CROP)

    assert {name: len(of) for name, of in material.features.items()} == {"slt": 6, "rms": 6}
    assert set(material.remarks) == {
        "left out as silent: slt/silence.wav",
        "left out as hardly voiced: slt/hiss.wav",
        "left out as too short: slt/short.wav",
    }


def test_speakers_of_whom_nothing_is_left_are_refused_together_with_ways_out(root: Path) -> None:
    for path in (root / "slt").rglob("*.wav"):
        write(path, np.zeros(RATE))

    with pytest.raises(DataError) as refusal:
        pair(root, crop_frames=400)

    silent, short = str(refusal.value).splitlines()
    assert silent.startswith("speaker 'slt': there is only silence in wav/00")
    assert silent.endswith(": record anew, or choose other speakers (data.speakers)")
    assert short.startswith("speaker 'rms': there are less than 400 frames (2 s) of speech in wav/00")
    assert "make data.crop_frames smaller" in short


def test_every_problem_of_the_choice_and_of_the_headers_is_said_at_once(root: Path) -> None:
    shutil.copy(__file__, root / "rms" / "wav" / "001.wav")

    with pytest.raises(DataError) as refusal:
        VoicesData(root=root, speakers=("slt", "rmss", "slt", "rms"), directions="one")

    unknown, twice, many, damaged = str(refusal.value).splitlines()
    assert unknown == (
        f"data.speakers: there are no training recordings of 'rmss' in speakers in {str(root)!r}: did you mean 'rms'? "
        "There are 'awb', 'rms', 'slt'"
    )
    assert twice == "data.speakers: 'slt' stands there more than once: name every speaker once"
    assert many == (
        "data.directions=one is from one speaker to another, and there are 4 ('slt', 'rmss', 'slt', 'rms'): choose two, as in "
        "data.speakers='[slt, rmss]', or set data.directions=all"
    )
    assert damaged.startswith(f"{root / 'rms' / 'wav' / '001.wav'}: the file is damaged")


def test_one_speaker_alone_is_refused(root: Path) -> None:
    with pytest.raises(DataError, match="conversion is between two speakers or more, and here is 'slt' alone"):
        VoicesData(root=root, speakers=("slt",))


def test_every_recording_that_turns_out_damaged_is_named(root: Path) -> None:
    bad = sorted((root / "slt").rglob("*.wav"))
    for path in bad:
        write(path, np.full(RATE, np.nan))

    with pytest.raises(DataError) as refusal:
        pair(root, same_sentences=True)

    assert str(refusal.value).count("the file contains NaN or infinity") == 4


def test_the_fingerprint_is_of_the_content_wherever_it_lies(root: Path, tmp_path: Path) -> None:
    before = pair(root).fingerprint()

    moved = pair(shutil.copytree(root, tmp_path / "elsewhere")).fingerprint()
    other_features = pair(root, coefficients=20).fingerprint()
    for path in (root / "slt").rglob("*.wav"):
        write(path, 0.5 * spoken("slt", path.stem))
    other_content = pair(root).fingerprint()

    assert moved == before
    assert len({before, other_features, other_content}) == 3


def test_recordings_are_analysed_once_for_each_way_to_analyse_them(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "own"))
    first = pair(root).material
    kept = list((tmp_path / "own").rglob("*.safetensors"))
    for path in kept:
        tensors = load_file(path)
        save_file(tensors | {"f0": 2 * tensors["f0"]}, path)

    again, other = pair(root).material, pair(root, f0_floor_hz=74.0).material

    assert len(kept) == len(first.digests)
    assert again.voices["slt"].pitch.mean == pytest.approx(first.voices["slt"].pitch.mean + math.log(2))
    assert other.voices["slt"].pitch.mean == pytest.approx(first.voices["slt"].pitch.mean, abs=0.1)


def test_a_damaged_file_of_the_cache_is_made_anew(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "own"))
    before = pair(root)
    for path in (tmp_path / "own").rglob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:100])

    after = pair(root)

    np.testing.assert_array_equal(before.material.features["slt"][0], after.material.features["slt"][0])


def test_log_spectra_refuse_a_floor_of_pitch_that_changes_their_bins(root: Path) -> None:
    with pytest.raises(ValueError, match="log-spectra at 22050 Hz need a floor of 71 Hz"):
        pair(root, features="log-spectra", sample_rate_hz=22050, f0_floor_hz=50.0)
