"""Files in and out, and what is said about bad ones."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from sparring import DataError
from sparring_audio import AudioWriter, audio_files, blocks, bundled_corpus, info, read, write

RATE = 16_000


@pytest.fixture
def wave() -> torch.Tensor:
    return 0.2 * torch.randn(2, 20_000, generator=torch.Generator().manual_seed(0))


def cut(path: Path, share: float = 0.6) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: round(share * len(content))])


def test_the_header_tells_size_and_kind(tmp_path: Path, wave: torch.Tensor) -> None:
    write(tmp_path / "a.flac", wave, RATE)

    about = info(tmp_path / "a.flac")

    assert (about.frames, about.sample_rate_hz, about.channels, about.subtype, about.format) == (20_000, RATE, 2, "PCM_16", "FLAC")
    assert about.seconds == 1.25


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.aiff", "a.au", "a.w64", "a.caf", "a.ogg"])
def test_a_part_equals_the_slice_of_the_whole(tmp_path: Path, wave: torch.Tensor, name: str) -> None:
    write(tmp_path / name, wave, RATE)
    whole, rate = read(tmp_path / name)

    part, _ = read(tmp_path / name, start=7_001, frames=4_096)
    rest, _ = read(tmp_path / name, start=19_000)

    assert (whole.shape, whole.dtype, rate) == ((2, 20_000), torch.float32, RATE)
    torch.testing.assert_close(part, whole[:, 7_001:11_097], rtol=0, atol=1e-6)
    torch.testing.assert_close(rest, whole[:, 19_000:], rtol=0, atol=1e-6)


def test_float_samples_come_back_as_they_were_written(tmp_path: Path, wave: torch.Tensor) -> None:
    write(tmp_path / "a.wav", 10 * wave, RATE, subtype="FLOAT")

    assert torch.equal(read(tmp_path / "a.wav")[0], 10 * wave)


def test_blocks_add_up_to_the_whole(tmp_path: Path, wave: torch.Tensor) -> None:
    write(tmp_path / "a.flac", wave, RATE)

    pieces = list(blocks(tmp_path / "a.flac", 3_000))

    assert [piece.shape[1] for piece in pieces] == [3_000] * 6 + [2_000]
    assert torch.equal(torch.cat(pieces, dim=1), read(tmp_path / "a.flac")[0])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a.wav: there is no such file.$"):
        info(tmp_path / "a.wav")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"this is a folder, and a file is needed.$"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.ogg", "a.raw"])
def test_a_file_that_is_no_audio_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"There is no sound in here, only letters. " * 100)

    with pytest.raises(DataError, match=rf"{name}: "):
        read(tmp_path / name)


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()

    with pytest.raises(DataError, match=r"a.wav: the file is empty.$"):
        info(tmp_path / "a.wav")


def test_a_file_without_samples_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", torch.zeros(1, 0), RATE)

    with pytest.raises(DataError, match=r"a.wav: the file holds no samples.$"):
        info(tmp_path / "a.wav")


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.au", "a.w64", "a.rf64", "a.ogg"])
@pytest.mark.parametrize("share", [0.999, 0.6])
def test_the_header_alone_shows_a_truncated_file(tmp_path: Path, wave: torch.Tensor, name: str, share: float) -> None:
    write(tmp_path / name, wave, RATE)
    info(tmp_path / name)
    cut(tmp_path / name, share)

    with pytest.raises(DataError, match=rf"{name}: the file is truncated: at least \d+ bytes are missing from its end.$"):
        info(tmp_path / name)


def test_an_ogg_file_without_its_last_page_is_truncated(tmp_path: Path) -> None:
    write(tmp_path / "a.ogg", 0.2 * torch.randn(1, 50_000, generator=torch.Generator().manual_seed(0)), RATE)
    content = (tmp_path / "a.ogg").read_bytes()
    (tmp_path / "a.ogg").write_bytes(content[: content.rfind(b"OggS")])

    with pytest.raises(DataError, match=r"a.ogg: the file is truncated"):
        info(tmp_path / "a.ogg")


@pytest.mark.parametrize("name", ["a.flac", "a.caf", "a.mp3"])
def test_reading_shows_a_truncated_file(tmp_path: Path, name: str) -> None:
    speech, rate = read(bundled_corpus().utterances("training")[0].path)
    write(tmp_path / name, speech, rate)
    cut(tmp_path / name)

    with pytest.raises(DataError, match=rf"{name}: the file is (truncated|damaged)"):
        read(tmp_path / name)


def test_a_wav_of_unknown_length_from_a_pipe_is_read(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", torch.full((1, 100), 0.5), RATE)
    content = bytearray((tmp_path / "a.wav").read_bytes())
    content[4:8] = content[40:44] = struct.pack("<I", 0xFFFFFFFF)
    (tmp_path / "a.wav").write_bytes(content)

    assert read(tmp_path / "a.wav")[0].shape == (1, 100)


def declare(path: Path, frames: int) -> None:
    """Put another number of frames into a FLAC file's header (36 bits, RFC 9639, section 8.2)."""
    content = bytearray(path.read_bytes())
    content[21] = content[21] & 0xF0 | frames >> 32
    content[22:26] = struct.pack(">I", frames & 0xFFFFFFFF)
    path.write_bytes(content)


def test_a_stream_of_unknown_length_is_named(tmp_path: Path, wave: torch.Tensor) -> None:
    write(tmp_path / "a.flac", wave, RATE)
    declare(tmp_path / "a.flac", 0)

    with pytest.raises(DataError, match=r"a.flac: the header does not tell how long the recording is"):
        info(tmp_path / "a.flac")


def test_a_header_that_promises_too_much_is_named(tmp_path: Path, wave: torch.Tensor) -> None:
    write(tmp_path / "a.flac", wave, RATE)
    declare(tmp_path / "a.flac", 30_000)

    with pytest.raises(DataError, match=r"a.flac: the file is (truncated|damaged)"):
        read(tmp_path / "a.flac")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_file_with_nan_or_infinity_is_named(tmp_path: Path, value: float) -> None:
    wave = torch.zeros(1, 100)
    wave[0, 50] = value
    soundfile.write(tmp_path / "a.wav", wave[0].numpy(), RATE, subtype="FLOAT")

    with pytest.raises(DataError, match=r"a.wav: the file contains NaN or infinity.$"):
        read(tmp_path / "a.wav")


def test_a_part_outside_the_file_is_refused(tmp_path: Path, wave: torch.Tensor) -> None:
    write(tmp_path / "a.wav", wave, RATE)

    with pytest.raises(DataError, match=r"a.wav: samples 15000 to 25000 were asked for, and the file has 20000.$"):
        read(tmp_path / "a.wav", start=15_000, frames=10_000)


def test_audio_files_are_listed_in_order_without_hidden_and_other_ones(tmp_path: Path) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    for name in ("z.FLAC", "b/c/a.wav", "b/a.ogg", ".a.1.partial.wav", "b/notes.txt"):
        (tmp_path / name).touch()

    assert [path.relative_to(tmp_path).as_posix() for path in audio_files(tmp_path)] == ["b/a.ogg", "b/c/a.wav", "z.FLAC"]


def test_a_folder_without_audio_or_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no audio file in it"):
        audio_files(tmp_path)
    with pytest.raises(DataError, match=r"absent: there is no such folder.$"):
        audio_files(tmp_path / "absent")


def test_blocks_written_one_by_one_are_one_recording(tmp_path: Path, wave: torch.Tensor) -> None:
    with AudioWriter(tmp_path / "deep" / "a.wav", RATE, channels=2, subtype="FLOAT") as out:
        for piece in wave.split(3_000, dim=1):
            out.write(piece)
        assert not (tmp_path / "deep" / "a.wav").exists()

    assert torch.equal(read(tmp_path / "deep" / "a.wav")[0], wave)


def test_a_recording_that_fails_half_way_leaves_the_former_one(tmp_path: Path, wave: torch.Tensor) -> None:
    write(tmp_path / "a.wav", wave, RATE, subtype="FLOAT")

    with pytest.raises(DataError, match=r"a.wav: the wave to be written contains NaN or infinity.$"):
        write(tmp_path / "a.wav", wave / 0, RATE)

    assert torch.equal(read(tmp_path / "a.wav")[0], wave)
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


@pytest.mark.parametrize(
    ("name", "rate", "subtype"),
    [("a.doc", RATE, None), ("a", RATE, None), ("a.flac", RATE, "FLOAT"), ("a.wav", RATE, "PCM_7"), ("a.mp3", 17_000, None)],
)
def test_a_kind_of_file_that_cannot_be_written_is_named(tmp_path: Path, name: str, rate: int, subtype: str | None) -> None:
    with pytest.raises(DataError, match=rf"{name}: libsndfile cannot write this kind of file"):
        write(tmp_path / name, torch.zeros(1, 100), rate, subtype=subtype)

    assert not list(tmp_path.iterdir())


def test_more_channels_than_can_be_written_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a.ogg: 256 channels are more than the 255 that can be written.$"):
        write(tmp_path / "a.ogg", torch.zeros(256, 100), RATE)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").touch()

    with pytest.raises(DataError, match=r"b.wav: the file cannot be written: "):
        write(tmp_path / "a" / "b.wav", torch.zeros(1, 100), RATE)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_blocks_joined_are_the_whole_in_every_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"wave.{suffix}"
    soundfile.write(path, 0.5 * np.sin(np.arange(48000) * 0.05), 16000)

    whole, _ = read(path)

    torch.testing.assert_close(torch.cat(list(blocks(path, 5000)), dim=-1), whole, rtol=0, atol=1e-6)
