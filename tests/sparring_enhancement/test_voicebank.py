"""VoiceBank-DEMAND as it is unpacked: found, shared out, and read no more than it takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from sparring import DataError
from sparring_audio import preemphasise, read, resample
from sparring_enhancement.noisy_speech import NoisySpeech
from sparring_enhancement.voicebank import read_log


@pytest.fixture
def root(tmp_path: Path, lay_out: Callable[..., Path]) -> Path:
    return lay_out(tmp_path / "voicebank")


@pytest.fixture
def frames_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many frames each call of soundfile's own reading gave."""
    counts: list[int] = []
    true_read = soundfile.SoundFile.read

    def counting(self: soundfile.SoundFile, *arguments: Any, **options: Any) -> np.ndarray:
        samples = true_read(self, *arguments, **options)
        counts.append(len(samples))
        return samples

    monkeypatch.setattr(soundfile.SoundFile, "read", counting)
    return counts


def draw(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_validation_speakers_are_held_out_of_training(root: Path) -> None:
    data = NoisySpeech(root=root, validation_speakers=("p226",))

    assert [example.name for example in data.examples("validation")] == ["p226_001"]
    assert [example.name for example in data.examples("test")] == ["p232_001", "p257_001"]
    assert len(data) == 3 * 3


def test_a_chunk_is_that_of_the_resampled_recording_pre_emphasised_by_itself(root: Path) -> None:
    data = NoisySpeech(root=root, validation_speakers=("p226",))

    sample = data.sample(4, draw())

    for role in ("clean", "noisy"):
        wave, rate = read(root / f"{role}_trainset_28spk_wav" / "p227_001.wav")
        chunk = resample(wave, rate, 16000)[:, 8192 : 8192 + 16384]
        assert torch.allclose(sample[role], preemphasise(chunk, 0.95), atol=1e-6)


def test_a_chunk_reads_no_more_of_a_file_than_it_takes(root: Path, frames_read: list[int]) -> None:
    data = NoisySpeech(root=root, validation_speakers=("p226",), chunk_samples=4096, hop_samples=2048)
    assert frames_read == []

    data.sample(5, draw())

    assert len(frames_read) == 2
    assert max(frames_read) < 1.1 * 3 * 4096


def test_the_draw_changes_nothing_in_a_recorded_pair_and_a_level_range_does(root: Path) -> None:
    plain = NoisySpeech(root=root, validation_speakers=("p226",))
    louder = NoisySpeech(root=root, validation_speakers=("p226",), level_db=(-6.0, 6.0))

    assert torch.equal(plain.sample(0, draw(1))["noisy"], plain.sample(0, draw(2))["noisy"])
    assert torch.equal(louder.sample(0, draw(1))["noisy"], louder.sample(0, draw(1))["noisy"])
    assert not torch.allclose(louder.sample(0, draw(1))["noisy"], louder.sample(0, draw(2))["noisy"])


def test_a_file_shorter_than_a_chunk_is_filled_with_zeros_rather_than_lost(tmp_path: Path, lay_out: Callable[..., Path]) -> None:
    root = lay_out(tmp_path, sample_rate_hz=16000, seconds=0.5)

    data = NoisySpeech(root=root, validation_speakers=("p226",), preemphasis=0.0)

    assert len(data) == 3
    assert not data.sample(0, draw())["clean"][0, 8000:].any()
    assert data.sample(0, draw())["clean"][0, :8000].any()


def test_the_incomplete_chunk_at_the_end_is_dropped(tmp_path: Path, lay_out: Callable[..., Path]) -> None:
    root = lay_out(tmp_path, sample_rate_hz=16000, seconds=(16384 + 8191) / 16000)

    assert len(NoisySpeech(root=root, validation_speakers=("p226",))) == 3


def test_folders_that_were_unpacked_into_themselves_are_found(root: Path) -> None:
    folder = root / "clean_testset_wav"
    moved = folder.rename(root / "moved")
    folder.mkdir()
    moved.rename(folder / folder.name)

    assert len(NoisySpeech(root=root, validation_speakers=("p226",)).examples("test")) == 2


def test_the_log_tells_the_conditions_of_the_test(root: Path) -> None:
    (root / "log_testset.txt").write_text("p232_001 bus 17.5\n\np257_001 cafe 2.5\n")

    examples = NoisySpeech(root=root, validation_speakers=("p226",)).examples("test")

    assert dict(examples[0].conditions) == {"speaker": "p232", "noise": "bus", "snr_db": 17.5}
    assert dict(examples[1].conditions) == {"speaker": "p257", "noise": "cafe", "snr_db": 2.5}


def test_without_a_log_only_the_speaker_is_known(root: Path) -> None:
    examples = NoisySpeech(root=root, validation_speakers=("p226",)).examples("test")

    assert dict(examples[0].conditions) == {"speaker": "p232"}


def test_lines_of_another_form_are_left_out_of_a_log(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("file noise snr\np232_001 bus 17.5\nnonsense\n")

    assert read_log(tmp_path / "log.txt") == {"p232_001": ("bus", 17.5)}


def test_an_example_is_read_when_asked_for_at_the_rate_of_the_data(root: Path, frames_read: list[int]) -> None:
    example = NoisySpeech(root=root, validation_speakers=("p226",)).examples("test")[0]
    assert frames_read == []

    assert example.clean.shape == example.noisy.shape == (40000,)
    assert example.sample_rate_hz == 16000


def test_the_other_training_set_is_chosen_by_name(root: Path) -> None:
    for role in ("clean", "noisy"):
        shutil.copytree(root / f"{role}_trainset_28spk_wav", root / f"{role}_trainset_56spk_wav")

    assert "56spk" in NoisySpeech(root=root, train_set="56spk", validation_speakers=("p226",)).describe()


def test_the_fingerprint_changes_with_the_files(root: Path) -> None:
    before = NoisySpeech(root=root, validation_speakers=("p226",)).fingerprint()
    for role in ("clean", "noisy"):
        (root / f"{role}_trainset_28spk_wav" / "p227_002.wav").unlink()

    assert NoisySpeech(root=root, validation_speakers=("p226",)).fingerprint() != before


def test_missing_folders_are_named_with_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "clean_testset_wav").mkdir()
    (tmp_path / "noisy_testset_wav.zip").touch()
    (tmp_path / "clean_trainset_56spk_wav").mkdir()

    with pytest.raises(DataError) as raised:
        NoisySpeech(root=tmp_path)

    assert str(raised.value) == (
        f"{str(tmp_path)!r} lacks 'clean_trainset_28spk_wav', 'noisy_trainset_28spk_wav', 'noisy_testset_wav': "
        "it holds 'clean_testset_wav', 'clean_trainset_56spk_wav', 'noisy_testset_wav.zip'; "
        "for the other training set, say data.train_set=56spk; unpack the .zip files first"
    )


def test_a_root_that_is_no_folder_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is no folder: set data\.root"):
        NoisySpeech(root=tmp_path / "nowhere")


def test_all_that_is_wrong_with_the_files_is_said_at_once(root: Path, write_wave: Callable[..., Path]) -> None:
    clean, noisy = root / "clean_trainset_28spk_wav", root / "noisy_trainset_28spk_wav"
    (clean / "p226_001.wav").unlink()
    (noisy / "p225_001.wav").unlink()
    write_wave(noisy / "p227_001.wav", np.zeros(100))
    whole = (clean / "p227_002.wav").read_bytes()
    (clean / "p227_002.wav").write_bytes(whole[:-1000])
    (root / "clean_testset_wav" / "p232_001.wav").write_bytes(b"")
    (root / "noisy_testset_wav" / "p257_001.wav").write_bytes(b"this is no audio")

    with pytest.raises(DataError) as raised:
        NoisySpeech(root=root, validation_speakers=("p227",))

    lines = str(raised.value).splitlines()
    assert f"{noisy}: 1 file that its partner has is missing: 'p225_001'." in lines
    assert f"{clean}: 1 file that its partner has is missing: 'p226_001'." in lines
    cut = noisy / "p227_001.wav"
    assert f"{clean / 'p227_001.wav'}: 120000 samples at 48000 Hz, but {cut} has 100 at 48000 Hz: a pair must agree." in lines
    assert any(line.startswith(f"{clean / 'p227_002.wav'}: the file is truncated") for line in lines)
    assert any(line.startswith(f"{root / 'clean_testset_wav' / 'p232_001.wav'}: the file is empty") for line in lines)
    assert any(line.startswith(f"{root / 'noisy_testset_wav' / 'p257_001.wav'}: the file is damaged") for line in lines)


def test_an_empty_folder_is_named(root: Path) -> None:
    shutil.rmtree(root / "noisy_testset_wav")
    (root / "noisy_testset_wav").mkdir()

    with pytest.raises(DataError, match="noisy_testset_wav: there is no audio file in it"):
        NoisySpeech(root=root, validation_speakers=("p226",))


def test_validation_speakers_that_nobody_is_are_refused_with_those_that_there_are(root: Path) -> None:
    with pytest.raises(DataError, match=r"'p287' leave none of them for validation; the speakers are p225, p226, p227\."):
        NoisySpeech(root=root, validation_speakers=("p287",))


def test_hundreds_of_problems_are_counted_rather_than_listed(tmp_path: Path, lay_out: Callable[..., Path]) -> None:
    root = lay_out(tmp_path)
    for number in range(60):
        (root / "clean_testset_wav" / f"p232_1{number:02d}.wav").touch()
        (root / "noisy_testset_wav" / f"p232_1{number:02d}.wav").touch()

    with pytest.raises(DataError) as raised:
        NoisySpeech(root=root, validation_speakers=("p226",))

    assert str(raised.value).endswith("… and 80 more problems of this kind")


def test_nan_in_a_file_is_an_error_that_names_it_when_it_is_met(root: Path, write_wave: Callable[..., Path]) -> None:
    path = root / "noisy_trainset_28spk_wav" / "p227_001.wav"
    samples = np.zeros(120000)
    samples[60000] = np.nan
    write_wave(path, samples)
    data = NoisySpeech(root=root, validation_speakers=("p226",))

    with pytest.raises(DataError, match=r"p227_001\.wav: the file contains NaN or infinity"):
        data.sample(4, draw())


def test_silence_is_no_error(root: Path, write_wave: Callable[..., Path]) -> None:
    write_wave(root / "clean_trainset_28spk_wav" / "p227_001.wav", np.zeros(120000))
    data = NoisySpeech(root=root, validation_speakers=("p226",))

    assert not data.sample(4, draw())["clean"].any()
