"""Files through a trained enhancer: what has to stay as it was does."""

from __future__ import annotations

import logging
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from torch import Tensor, nn

from sparring import GameError, RecipeError, Trained
from sparring_enhancement.enhance import Enhance
from sparring_enhancement.noisy_speech import NoisySpeech
from sparring_enhancement.segan import Generator
from sparring_enhancement.speech_pair import SpeechPair

WriteWave = Callable[..., Path]

# How far resampling there and back may move a sample: the ripple of the filter in its pass band.
TOLERANCE = 1e-4


def enhancer(generator: nn.Module, *, chunk_samples: int = 4096, preemphasis: float = 0.95) -> Enhance:
    data = {"sample_rate_hz": 16000, "chunk_samples": chunk_samples, "preemphasis": preemphasis}
    return Enhance(Trained({"generator": generator.eval()}, task={}, data=data, device=torch.device("cpu"), open_data=NoisySpeech))


def small_generator() -> Generator:
    torch.manual_seed(0)
    generator = Generator(widths=(4, 8, 8), latent_channels=4)
    for parameter in generator.parameters():
        nn.init.normal_(parameter, std=0.15)
    return generator


def speech_like(frames: int, channels: int, sample_rate_hz: int) -> np.ndarray:
    """Tones well within the narrowest band (4 kHz), faded in and out, so that resampling there and back can give them again."""
    seconds = np.arange(frames)[:, None] / sample_rate_hz
    tones = sum(np.sin(2 * np.pi * hz * seconds + np.arange(channels)) for hz in (220, 700, 1900))
    return 0.2 * tones * np.sin(np.pi * (np.arange(frames)[:, None] + 0.5) / frames) ** 2


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.5, 0.5, (30000, 2))


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
@pytest.mark.parametrize("channels", [1, 2])
def test_an_enhancer_that_changes_nothing_gives_files_back(tmp_path: Path, write_wave: WriteWave, channels: int, suffix: str) -> None:
    lengths = (1, 100, 16384, 16385, 100000)
    for frames in lengths:
        samples = np.random.default_rng(frames).uniform(-0.5, 0.5, (frames, channels))
        write_wave(tmp_path / "in" / f"{frames}{suffix}", samples, 16000, "PCM_24")

    report = enhancer(nn.Identity(), chunk_samples=16384).apply([tmp_path / "in"], tmp_path / "out")

    assert report.skipped == []
    for frames in lengths:
        before, _ = soundfile.read(tmp_path / "in" / f"{frames}{suffix}", always_2d=True)
        after, _ = soundfile.read(tmp_path / "out" / f"{frames}{suffix}", always_2d=True)
        assert after.shape == before.shape
        assert np.abs(after - before).max() < 1e-4


@pytest.mark.parametrize("sample_rate_hz", [8000, 44100, 48000])
def test_another_rate_is_kept_and_so_is_what_both_rates_can_hold(tmp_path: Path, write_wave: WriteWave, sample_rate_hz: int) -> None:
    lengths = (1, 100, 16384, 16385, 100000)
    for frames in lengths:
        write_wave(tmp_path / "in" / f"{frames}.wav", speech_like(frames, 2, sample_rate_hz), sample_rate_hz)

    enhancer(nn.Identity()).apply([tmp_path / "in"], tmp_path / "out")

    for frames in lengths:
        before, _ = soundfile.read(tmp_path / "in" / f"{frames}.wav", always_2d=True)
        after, rate = soundfile.read(tmp_path / "out" / f"{frames}.wav", always_2d=True)
        assert (rate, after.shape) == (sample_rate_hz, before.shape)
        if frames > 10000:
            assert np.abs(after - before).max() < TOLERANCE


def test_a_coding_with_losses_keeps_rate_channels_and_length(tmp_path: Path, write_wave: WriteWave) -> None:
    given = write_wave(tmp_path / "in.ogg", speech_like(50000, 2, 44100), 44100)

    enhancer(nn.Identity()).apply([given], tmp_path / "out")

    before, _ = soundfile.read(given)
    after, rate = soundfile.read(tmp_path / "out" / "in.ogg")
    assert (rate, after.shape) == (44100, before.shape)
    assert np.sqrt(np.square(after - before).mean()) < 0.01


@pytest.mark.parametrize(
    ("suffix", "subtype"), [(".wav", "PCM_16"), (".wav", "PCM_24"), (".wav", "FLOAT"), (".wav", "ULAW"), (".flac", None)]
)
def test_the_coding_of_samples_is_kept(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray, suffix: str, subtype: str | None) -> None:
    given = write_wave(tmp_path / f"in{suffix}", noise, 16000, subtype)

    enhancer(nn.Identity()).apply([given], tmp_path / "out")

    assert soundfile.info(tmp_path / "out" / given.name).subtype == soundfile.info(given).subtype


def test_another_format_is_written_when_asked_for(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    given = write_wave(tmp_path / "in.wav", noise, 16000)

    report = enhancer(nn.Identity()).apply([given], tmp_path / "out", format="flac")

    assert report.written == [tmp_path / "out" / "in.flac"]
    assert soundfile.info(report.written[0]).format == "FLAC"


def test_a_single_file_may_have_a_file_as_its_output(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    given = write_wave(tmp_path / "in.wav", noise, 16000)

    report = enhancer(nn.Identity()).apply([given], tmp_path / "better.flac")

    assert report.written == [tmp_path / "better.flac"]


def test_the_level_is_kept_even_beyond_full_scale(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    given = write_wave(tmp_path / "loud.wav", 8 * noise, 16000)

    enhancer(nn.Identity()).apply([given], tmp_path / "out")

    assert np.abs(soundfile.read(tmp_path / "out" / "loud.wav")[0] - soundfile.read(given)[0]).max() < 8e-4


def test_a_generator_never_hears_more_than_full_scale(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    heard: list[float] = []

    class Listening(nn.Module):
        def forward(self, noisy: Tensor) -> Tensor:
            heard.append(float(noisy.abs().max()))
            return noisy

    given = write_wave(tmp_path / "loud.wav", 8 * noise, 16000)
    enhancer(Listening(), preemphasis=0.0).apply([given], tmp_path / "out")

    assert max(heard) == pytest.approx(1.0)


def test_samples_that_an_integer_file_cannot_hold_are_limited_and_counted(
    tmp_path: Path, write_wave: WriteWave, noise: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    class Louder(nn.Module):
        def forward(self, noisy: Tensor) -> Tensor:
            return 4 * noisy

    given = write_wave(tmp_path / "in.wav", noise, 16000, "PCM_16")
    with caplog.at_level(logging.WARNING, logger="sparring"):
        enhancer(Louder()).apply([given], tmp_path / "out")

    assert np.abs(soundfile.read(tmp_path / "out" / "in.wav")[0]).max() <= 1
    assert "in.wav: " in caplog.text
    assert "samples beyond full scale were limited to it" in caplog.text


def test_every_channel_is_enhanced_by_itself(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    both = write_wave(tmp_path / "both.wav", noise, 16000)
    right = write_wave(tmp_path / "right.wav", noise[:, 1], 16000)

    enhancer(small_generator()).apply([both, right], tmp_path / "out")

    together, alone = (soundfile.read(tmp_path / "out" / f"{name}.wav")[0] for name in ("both", "right"))
    assert np.abs(together[:, 1] - alone).max() < 1e-5
    assert np.abs(together[:, 0] - alone).max() > 1e-2


def test_the_batch_changes_nothing(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    given = write_wave(tmp_path / "in.wav", noise, 22050)
    application = enhancer(small_generator())

    for batch_size in (1, 7):
        application.apply([given], tmp_path / f"{batch_size}", batch_size=batch_size)

    one, seven = (soundfile.read(tmp_path / f"{size}" / "in.wav")[0] for size in (1, 7))
    assert np.abs(one - seven).max() < 1e-5
    assert np.abs(one).max() > 1e-3


def test_where_chunks_fall_changes_nothing_within(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    step = small_generator().samples_per_frame
    plain = write_wave(tmp_path / "plain.wav", noise[:, 0], 16000)
    later = write_wave(tmp_path / "later.wav", np.concatenate([np.zeros(37 * step), noise[:, 0]]), 16000)

    enhancer(small_generator()).apply([plain, later], tmp_path / "out")

    one, other = (soundfile.read(tmp_path / "out" / f"{name}.wav")[0] for name in ("plain", "later"))
    assert np.abs(other[37 * step :] - one)[4096:].max() < 1e-4


def test_the_same_file_gives_the_same_bytes(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    given = write_wave(tmp_path / "in.wav", noise, 16000, "PCM_16")
    application = enhancer(small_generator())

    first, second = (application.apply([given], tmp_path / name).written[0].read_bytes() for name in "ab")

    assert first == second


def test_an_example_is_answered_as_its_file_would_be(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    given = write_wave(tmp_path / "in.wav", noise[:, 0], 16000)
    wave = torch.from_numpy(soundfile.read(given, dtype="float32")[0])
    application = enhancer(small_generator())
    application.apply([given], tmp_path / "out")

    answer = application.answer(SpeechPair("in", sample_rate_hz=16000, read=lambda: (wave, wave)))

    assert answer.shape == wave.shape
    assert torch.allclose(answer, torch.from_numpy(soundfile.read(tmp_path / "out" / "in.wav", dtype="float32")[0]), atol=1e-6)


def test_the_tree_of_a_folder_is_kept(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    for name in ("a.wav", "deep/b.flac", "deep/er/c.wav"):
        write_wave(tmp_path / "in" / name, noise[:100], 16000)
    (tmp_path / "in" / "notes.txt").write_text("no audio")

    report = enhancer(nn.Identity()).apply([tmp_path / "in"], tmp_path / "out")

    assert report.written == [tmp_path / "out" / name for name in ("a.wav", "deep/b.flac", "deep/er/c.wav")]
    assert sorted(path.name for path in (tmp_path / "out").rglob("*") if path.is_file()) == ["a.wav", "b.flac", "c.wav"]


def test_what_cannot_be_read_is_named_and_the_rest_is_enhanced(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    write_wave(tmp_path / "in" / "good.wav", noise, 16000)
    (tmp_path / "in" / "empty.wav").touch()
    (tmp_path / "in" / "text.wav").write_text("no audio")
    whole = write_wave(tmp_path / "in" / "cut.wav", noise, 16000).read_bytes()
    (tmp_path / "in" / "cut.wav").write_bytes(whole[:-5000])
    write_wave(tmp_path / "in" / "nan.wav", np.where(np.arange(200000) == 150000, np.nan, 0.1), 16000)

    report = enhancer(nn.Identity()).apply([tmp_path / "in", tmp_path / "nowhere.wav"], tmp_path / "out")

    assert report.written == [tmp_path / "out" / "good.wav"]
    reasons = {Path(path).name: reason for path, reason in report.skipped}
    assert sorted(reasons) == ["cut.wav", "empty.wav", "nan.wav", "nowhere.wav", "text.wav"]
    assert reasons["cut.wav"].startswith("the file is truncated")
    assert reasons["nan.wav"] == "the file contains NaN or infinity."
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.wav"]


def test_an_input_is_never_overwritten(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    given = write_wave(tmp_path / "in.wav", noise, 16000)

    with pytest.raises(RecipeError) as raised:
        enhancer(nn.Identity()).apply([given], tmp_path)

    assert str(raised.value) == f"{given}: would be overwritten: choose another output folder"


def test_two_inputs_never_share_an_output(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    one, other = (write_wave(tmp_path / folder / "in.wav", noise, 16000) for folder in "ab")

    with pytest.raises(RecipeError, match=r"would be written for .* and .*: give them in two goes"):
        enhancer(nn.Identity()).apply([one, other], tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_an_overlap_that_does_not_fit_the_steps_of_the_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="moves in steps of 8 samples, and chunks of 4096 that overlap by 1001 do not"):
        enhancer(small_generator()).apply([], tmp_path, overlap_samples=1001)


def test_an_overlap_that_does_not_fit_the_chunk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="overlap_samples: an overlap of 4000 samples does not fit chunks of 4096"):
        enhancer(nn.Identity()).apply([], tmp_path, overlap_samples=4000)


def test_a_generator_that_makes_no_numbers_stops_the_work(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    class Broken(nn.Module):
        def forward(self, noisy: Tensor) -> Tensor:
            return noisy / 0

    given = write_wave(tmp_path / "in.wav", noise, 16000)

    with pytest.raises(GameError, match="NaN or infinity"):
        enhancer(Broken()).apply([given], tmp_path / "out")

    assert list((tmp_path / "out").iterdir()) == []


def test_a_preview_shows_and_plays_before_and_after(tmp_path: Path) -> None:
    example = NoisySpeech().examples("test")[0]

    left = enhancer(small_generator()).preview([example], tmp_path)

    assert [path.name for path in left] == [f"{example.name}{end}" for end in (".png", "_noisy.wav", "_enhanced.wav", "_clean.wav")]
    assert all(path.stat().st_size > 1000 for path in left)


def long_file(path: Path, seconds: int) -> Path:
    """Stereo at 48 kHz, written second by second."""
    second = np.random.default_rng(0).uniform(-0.1, 0.1, (48000, 2))
    with soundfile.SoundFile(path, "w", samplerate=48000, channels=2, subtype="PCM_16") as file:
        for _ in range(seconds):
            file.write(second)
    return path


def peak_memory(work: Callable[[], object]) -> int:
    """By how many bytes the memory of this process grew at most meanwhile."""
    page, done, peak = resource.getpagesize(), threading.Event(), 0

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * page

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.01):
            peak = max(peak, resident())

    before, watcher = resident(), threading.Thread(target=watch)
    watcher.start()
    try:
        work()
    finally:
        done.set()
        watcher.join()
    return peak - before


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory in use from /proc")
def test_a_longer_file_takes_no_more_memory(tmp_path: Path) -> None:
    short, long = long_file(tmp_path / "short.wav", 10), long_file(tmp_path / "long.wav", 120)
    application = enhancer(nn.Identity(), chunk_samples=16384)
    application.apply([short], tmp_path / "warm")

    grown = peak_memory(lambda: application.apply([long], tmp_path / "out"))

    assert soundfile.info(tmp_path / "out" / "long.wav").frames == 120 * 48000
    assert grown < 30e6


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory in use from /proc")
def test_an_hour_is_enhanced_within_a_few_hundred_megabytes(tmp_path: Path) -> None:
    given = long_file(tmp_path / "hour.wav", 3600)

    grown = peak_memory(lambda: enhancer(small_generator(), chunk_samples=16384).apply([given], tmp_path / "out"))

    assert soundfile.info(tmp_path / "out" / "hour.wav").frames == 3600 * 48000
    assert grown < 300e6


SHARED_OUT = """
import sys, torch
from pathlib import Path
from torch import nn
from accelerate import Accelerator
from sparring import Trained
from sparring_enhancement.enhance import Enhance

accelerator = Accelerator(cpu=True)
data = {"sample_rate_hz": 16000, "chunk_samples": 4096, "preemphasis": 0.95}
application = Enhance(Trained({"generator": nn.Identity()}, task={}, data=data, device=torch.device("cpu"), open_data=dict))
report = application.apply([sys.argv[1]], sys.argv[2])
told = f"{[path.name for path in report.written]}|{[reason for _, reason in report.skipped]}"
Path(sys.argv[3], f"told-by-{accelerator.process_index}").write_text(told)
accelerator.end_training()
"""


@pytest.mark.slow
def test_processes_share_out_the_files_and_all_know_the_whole_report(tmp_path: Path, write_wave: WriteWave, noise: np.ndarray) -> None:
    for number in range(3):
        write_wave(tmp_path / "in" / f"{number}.wav", noise[:100], 16000)
    (tmp_path / "in" / "empty.wav").touch()
    (tmp_path / "script.py").write_text(SHARED_OUT)
    roots = [str(Path(__file__).parents[2] / root) for root in ("core", "plugins")]
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]

    subprocess.run(
        [*launch, str(tmp_path / "script.py"), str(tmp_path / "in"), str(tmp_path / "out"), str(tmp_path)],
        capture_output=True, text=True, check=True, timeout=200, env={**os.environ, "PYTHONPATH": os.pathsep.join(roots)},
    )  # fmt: skip

    whole = "['0.wav', '1.wav', '2.wav']|['the file is empty.']"
    assert [(tmp_path / f"told-by-{rank}").read_text() for rank in range(2)] == [whole, whole]
    assert len(list((tmp_path / "out").iterdir())) == 3
