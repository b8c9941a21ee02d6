"""Files through a trained post-filter: recordings and features alike, and what has to stay as it was does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from torch import Tensor
from toy_post_filters import CEPSTRA, SPECTRA, Lifted, Noisy, Unchanged, trained

from sparring import RecipeError
from sparring_audio import bundled_corpus, read
from sparring_postfilter import feature_files
from sparring_postfilter.filter import Filter
from sparring_postfilter.matching import Matcher
from sparring_postfilter.over_smoothing import OverSmoothing
from sparring_postfilter.pairs import Pair
from sparring_postfilter.post_filter_example import PostFilterExample

FEATURES = np.random.default_rng(0).normal(size=(50, 25)).astype(np.float32)


@pytest.fixture(scope="module")
def speech() -> Tensor:
    """Half a second of slt at 16 kHz."""
    utterance = bundled_corpus().utterances("test", voice="slt")[0]
    return read(utterance.path, start=8000, frames=8000)[0][0]


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def put(path: Path, wave: Tensor | np.ndarray, rate: int = 16000, subtype: str = "FLOAT") -> Path:
    """A file of (time) or (time, channels)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.asarray(wave), rate, subtype=subtype)
    return path


def put_features(path: Path, features: np.ndarray = FEATURES) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".npy":
        np.save(path, features)
    else:
        features.astype("<f4").tofile(path)
    return path


@pytest.mark.parametrize(("data", "options"), [(CEPSTRA, {}), (CEPSTRA, {"method": "differential"}), (SPECTRA, {})])
@pytest.mark.parametrize(("rate", "channels", "frames"), [(8000, 1, 2000), (44100, 2, 4001), (16000, 1, 1), (22050, 3, 7)])
def test_rate_length_channels_and_coding_are_kept(
    tmp_path: Path, speech: Tensor, rate: int, channels: int, frames: int, data: dict[str, Any], options: dict[str, Any]
) -> None:  # fmt: skip
    given = put(tmp_path / "in.wav", np.stack([np.resize(speech.numpy(), frames)] * channels, axis=1), rate, "PCM_24")

    report = Filter(trained(Noisy(), data)).apply([given], tmp_path / "out", **options)

    made = soundfile.info(report.written[0])
    assert (made.samplerate, made.channels, made.frames, made.subtype) == (rate, channels, frames, "PCM_24")
    assert report.skipped == []


def test_every_channel_is_filtered_by_itself_and_a_silent_one_stays_so(tmp_path: Path, speech: Tensor) -> None:
    both = put(tmp_path / "both.wav", torch.stack((torch.zeros(len(speech)), speech), dim=1))
    right = put(tmp_path / "right.wav", speech)

    Filter(trained(Noisy())).apply([both, right], tmp_path / "out")

    together, alone = (soundfile.read(tmp_path / "out" / f"{name}.wav")[0] for name in ("both", "right"))
    assert not together[:, 0].any()
    assert (together[:, 1] == alone).all()
    assert np.abs(alone - speech.numpy()).max() > 1e-2


@pytest.mark.parametrize("name", ["in.wav", "in.mgc"])
def test_the_same_input_and_seed_give_the_same_bytes_and_another_seed_others(tmp_path: Path, speech: Tensor, name: str) -> None:
    given = put_features(tmp_path / name) if name == "in.mgc" else put(tmp_path / name, speech, subtype="PCM_16")

    first, second, other = (
        Filter(trained(Noisy())).apply([given], tmp_path / folder, seed=seed).written[0].read_bytes()
        for folder, seed in (("a", 0), ("b", 0), ("c", 1))
    )

    assert first == second != other


@pytest.mark.parametrize("name", ["in.npy", "in.mgc"])
def test_the_mel_cepstra_of_a_feature_file_are_filtered_and_its_c0_is_not(tmp_path: Path, name: str) -> None:
    given = put_features(tmp_path / name)

    Filter(trained(Lifted(2.0))).apply([given], tmp_path / "out")

    made = feature_files.read(tmp_path / "out" / name, 25)
    assert (made[:, 0] == FEATURES[:, 0]).all()
    assert made - FEATURES == pytest.approx(np.eye(25)[[1]] * np.ones((50, 1)), abs=1e-5)


def test_the_magnitudes_of_a_feature_file_are_filtered_and_those_of_zero_and_at_half_the_rate_are_not(tmp_path: Path) -> None:
    magnitudes = np.abs(np.random.default_rng(0).normal(size=(5, 257)))
    magnitudes[2] = 0
    given = put_features(tmp_path / "in.npy", magnitudes)

    Filter(trained(Lifted(2.0), SPECTRA)).apply([given], tmp_path / "out")

    made = feature_files.read(tmp_path / "out" / "in.npy", 257, kind="log-spectra")
    assert made[:, 0] == pytest.approx(magnitudes[:, 0] * np.e, rel=1e-5)
    assert made[:, 1:] == pytest.approx(magnitudes[:, 1:], rel=1e-5)
    assert (made[:, 256] == magnitudes[:, 256]).all()
    assert not made[2].any()


def test_a_folder_of_recordings_and_features_keeps_its_tree_and_names_what_cannot_be_read(tmp_path: Path, speech: Tensor) -> None:
    folder = tmp_path / "in"
    put(folder / "deep" / "a.wav", speech)
    put_features(folder / "deep" / "a.mgc")
    put_features(folder / "b.npy", FEATURES[:, :7])
    (folder / "empty.wav").touch()

    report = Filter(trained(Unchanged())).apply([folder], tmp_path / "out", format="flac")

    assert report.written == [tmp_path / "out" / "deep" / "a.flac", tmp_path / "out" / "deep" / "a.mgc"]
    assert report.skipped == [
        (
            str(folder / "b.npy"),
            "the file has 7 columns, and 25 are needed (c0 to c24): "
            "give mel-cepstra of order 24, or train with another data.coefficients.",
        ),
        (str(folder / "empty.wav"), "the file is empty."),
    ]  # fmt: skip


def test_a_folder_of_features_alone_lacks_nothing_and_an_empty_one_is_named(tmp_path: Path) -> None:
    put_features(tmp_path / "in" / "a.mgc")
    (tmp_path / "empty").mkdir()

    report = Filter(trained(Unchanged())).apply([tmp_path / "in", tmp_path / "empty"], tmp_path / "out")

    assert report.written == [tmp_path / "out" / "a.mgc"]
    assert [name for name, _ in report.skipped] == [str(tmp_path / "empty")]


@pytest.mark.parametrize("name", ["in.wav", "in.npy"])
def test_a_single_file_may_go_to_a_file(tmp_path: Path, speech: Tensor, name: str) -> None:
    given = put_features(tmp_path / name) if name == "in.npy" else put(tmp_path / name, speech)
    wanted = (tmp_path / "deep" / "other").with_suffix(given.suffix)

    report = Filter(trained(Unchanged())).apply([given], wanted)

    assert report.written == [wanted]
    assert wanted.is_file()


@pytest.mark.parametrize("name", ["in.wav", "in.npy"])
def test_an_input_is_never_overwritten(tmp_path: Path, speech: Tensor, name: str) -> None:
    given = put_features(tmp_path / name) if name == "in.npy" else put(tmp_path / name, speech)

    with pytest.raises(RecipeError) as raised:
        Filter(trained(Unchanged())).apply([given], tmp_path)

    assert str(raised.value) == f"{given}: would be overwritten: choose another output folder"


def test_two_feature_files_are_never_written_to_one(tmp_path: Path) -> None:
    one, other = (put_features(tmp_path / folder / "x.mgc") for folder in "ab")

    with pytest.raises(RecipeError) as raised:
        Filter(trained(Unchanged())).apply([one, other], tmp_path / "out")

    target = tmp_path / "out" / "x.mgc"
    assert str(raised.value) == f"{target}: would be written for {one} and {other}: give them in two goes, with two output folders"
    assert not target.exists()


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (
            SPECTRA,
            {"method": "differential"},
            "method: 'differential' is for runs on mel-cepstra, and this one filters log-spectra: leave `method` out",
        ),
        (
            CEPSTRA,
            {"phase": "griffin-lim"},
            "phase: 'griffin-lim' is for runs on log-spectra, and this one filters mel-cepstra: leave `phase` out",
        ),
    ],
)
def test_ways_to_speak_that_the_features_do_not_have_are_refused(
    tmp_path: Path, data: dict[str, Any], options: dict[str, Any], message: str
) -> None:  # fmt: skip
    with pytest.raises(RecipeError) as raised:
        Filter(trained(Unchanged(), data)).apply([], tmp_path, **options)

    assert str(raised.value) == message


def example(pair: Pair, data: dict[str, Any] = CEPSTRA) -> PostFilterExample:
    matcher = Matcher.of(data, OverSmoothing(state_frames=8, smoothing_frames=3.0, liftering=24.0))
    return PostFilterExample(pair.name, pair=pair, matcher=matcher)


@pytest.mark.parametrize("data", [CEPSTRA, SPECTRA])
def test_an_answer_has_filtered_features_and_speech_of_the_synthetic_one_s_length_and_level(
    tmp_path: Path, speech: Tensor, data: dict[str, Any]
) -> None:  # fmt: skip
    heard = example(Pair("slt/001", put(tmp_path / "slt.wav", speech), None), data)

    same, lifted, drawn = (Filter(trained(network, data)).answer(heard) for network in (Unchanged(), Lifted(0.4), Noisy()))
    redrawn = Filter(trained(Noisy(), data)).answer(replace(heard, draw=1))

    assert same.features == pytest.approx(heard.synthetic, abs=1e-5)
    assert lifted.features - heard.synthetic == pytest.approx(np.eye(1, same.features.shape[1]) * np.full((101, 1), 0.2), abs=1e-5)
    assert (drawn.features != redrawn.features).any()
    assert same.wave is not None
    assert heard.synthetic_wave is not None
    assert (same.wave - heard.synthetic_wave).abs().max() < 1e-4
    assert drawn.wave is not None
    assert float(drawn.wave.square().mean() / heard.synthetic_wave.square().mean()) == pytest.approx(1, abs=1e-3)


def test_features_without_speech_are_answered_without_speech(tmp_path: Path) -> None:
    files = [put_features(tmp_path / side / "a.npy") for side in ("natural", "synthetic")]

    answer = Filter(trained(Unchanged())).answer(example(Pair("a", *files)))

    assert answer.features == pytest.approx(FEATURES[:, 1:], abs=1e-6)
    assert answer.wave is None


def test_a_preview_plays_two_examples_and_shows_how_all_of_them_move(tmp_path: Path, speech: Tensor) -> None:
    recording = put(tmp_path / "slt.wav", speech)
    silent = example(Pair("b", put(tmp_path / "silence.wav", torch.zeros(8000)), None))

    left = Filter(trained(Unchanged())).preview(
        [example(Pair(f"a/{number}", recording, None)) for number in range(3)] + [silent], tmp_path / "out"
    )

    ends = (".png", "_synthetic.wav", "_filtered.wav", "_natural.wav")
    assert [path.name for path in left] == [*(f"a_{number}{end}" for number in (0, 1) for end in ends), "gv.png", "modulation.png"]
    assert all(path.stat().st_size > 1000 for path in left)


def test_answering_analyses_no_wave_before_one_is_asked_for(tmp_path: Path, speech: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = example(Pair("slt/001", put(tmp_path / "slt.wav", speech), None))
    features = heard.synthetic
    asked: list[Pair] = []
    monkeypatch.setattr(PostFilterExample, "analysed", property(lambda one: asked.append(one.pair)))

    answer = Filter(trained(Unchanged())).answer(heard)

    assert answer.features == pytest.approx(features, abs=1e-5)
    assert asked == []


def test_bare_numbers_of_another_order_are_filtered_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    given = put_features(tmp_path / "in.mgc", 10 * np.eye(60)[[0] * 50])
    usual = put_features(tmp_path / "usual.mgc")

    Filter(trained(Unchanged())).apply([given, usual], tmp_path / "out")

    assert caplog.messages == [
        f"{given}: is up to 6 deviations away from what this run learned from: are these mel-cepstra in 25 columns, of 16000 Hz, "
        "every 0.005 seconds?"
    ]


@pytest.mark.parametrize("names", [("a.npy",), ("a.wav",), ("a.mgc", "b.mgc")])
def test_a_feature_file_is_only_made_of_one_of_its_coding(tmp_path: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(RecipeError) as raised:
        Filter(trained(Unchanged())).apply([tmp_path / name for name in names], tmp_path / "out.mgc")

    assert str(raised.value) == f"{tmp_path / 'out.mgc'}: is only written for a single feature file of this coding: give an output folder"


def test_a_file_that_is_neither_audio_nor_features_by_its_name_is_told_what_features_are_called(tmp_path: Path) -> None:
    (tmp_path / "in.lf0").write_bytes(FEATURES.tobytes())

    report = Filter(trained(Unchanged())).apply([tmp_path / "in.lf0"], tmp_path / "out")

    assert report.skipped[0][1].endswith("If these are features, name the file by their coding (.bin, .f32, .mcep, .mcp, .mgc, .npy).")


@pytest.mark.parametrize("name", ["in.wav", "in.npy"])
def test_a_file_is_no_output_folder(tmp_path: Path, speech: Tensor, name: str) -> None:
    given = put_features(tmp_path / name) if name == "in.npy" else put(tmp_path / name, speech)
    (tmp_path / "taken").touch()

    with pytest.raises(RecipeError) as raised:
        Filter(trained(Unchanged())).apply([given], tmp_path / "taken")

    assert str(raised.value) == f"{tmp_path / 'taken'}: is a file, and what is made would be written below it: choose another output folder"
