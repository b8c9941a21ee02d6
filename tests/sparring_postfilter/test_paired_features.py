"""Pairs of natural and synthetic speech: from folders of audio or of features, or over-smoothed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from sparring import DataError
from sparring_audio import bundled_corpus
from sparring_postfilter.features import Kind
from sparring_postfilter.matching import Matcher
from sparring_postfilter.over_smoothing import OverSmoothing
from sparring_postfilter.paired_features import PairedFeatures
from sparring_postfilter.pairs import Pair, bundled_pairs
from sparring_postfilter.post_filter_example import PostFilterExample

RATE = 16_000
NAMES = ("a", "b", "c", "d", "e", "f")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Six pairs of feature files, of 50 to 100 frames, c0 to c4; of the synthetic ones every deviation from the mean is halved."""
    draw = np.random.default_rng(0)
    for number, name in enumerate(NAMES):
        natural = np.arange(5) + draw.standard_normal((50 + 10 * number, 5))
        write(tmp_path / "pairs" / "natural" / f"{name}.npy", natural)
        write(tmp_path / "pairs" / "synthetic" / f"{name}.npy", natural / 2)
    return tmp_path / "pairs"


def write(path: Path, matrix: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, matrix) if path.suffix == ".npy" else path.write_bytes(matrix.astype("<f4").tobytes())


def spoken(seconds: float = 0.4) -> np.ndarray:
    wave, _ = soundfile.read(bundled_corpus().folder / "slt" / "001.flac")
    return wave[4000 : 4000 + int(seconds * RATE)]


def of(root: Path, **options: object) -> PairedFeatures:
    return PairedFeatures(**{"root": root, "coefficients": 4, "crop_frames": 20, **options})  # type: ignore[arg-type]


def holds(utterance: torch.Tensor, crop: torch.Tensor) -> bool:
    return bool((utterance.unfold(1, crop.shape[1], 1) - crop[:, None]).abs().amax(dim=(0, 2)).min() < 1e-5)


def test_a_sample_is_the_same_crop_of_both_sides_normalised_by_the_natural_one(root: Path) -> None:
    data = of(root)

    sample = data.sample(1, np.random.default_rng(0))

    assert tuple(sample) == data.fields
    assert {(tuple(value.shape), value.dtype) for value in sample.values()} == {((4, 20), torch.float32)}
    natural, synthetic = (data.scale.restored(sample[name].double().numpy().T) for name in data.fields)
    np.testing.assert_allclose(synthetic, natural / 2, atol=1e-5)
    pairs = zip(data.utterances, data.heard, strict=True)
    heard = np.concatenate([whole[mask.argmax() : len(mask) - mask[::-1].argmax()] for (whole, _), mask in pairs])
    np.testing.assert_allclose(data.statistics()["mean"], heard.mean(axis=0), atol=1e-6)
    assert data.facts() == {"dims": 4, "bands": 1, "overlap": 0}


def test_bands_are_cut_one_below_the_other(root: Path) -> None:
    whole, cut = (of(root, **options).sample(0, np.random.default_rng(3)) for options in ({}, {"bands": 2, "overlap": 1}))

    torch.testing.assert_close(cut["natural"], whole["natural"][[0, 1, 2, 2, 3]])


def test_where_a_crop_starts_comes_from_the_draw_and_an_epoch_hears_every_utterance_by_its_length(root: Path) -> None:
    data = of(root, crop_frames=10)

    first, again, other = (data.sample(1, np.random.default_rng(seed)) for seed in (5, 5, 6))
    epoch = [data.sample(index, np.random.default_rng(index))["natural"] for index in range(len(data))]

    assert torch.equal(first["natural"], again["natural"])
    assert not torch.equal(first["natural"], other["natural"])
    utterances = [torch.from_numpy(data.scale.normalised(natural)).float().T for natural, _ in data.utterances]
    counts = [sum(holds(one, crop) for crop in epoch) for one in utterances]
    assert sum(counts) == len(data)
    assert all(abs(count - one.shape[1] / 10) < 2 for count, one in zip(counts, utterances, strict=True))


def test_pairs_are_shared_out_and_examples_are_whole(root: Path) -> None:
    data = of(root)

    splits = {split: data.examples(split) for split in ("train", "validation", "test")}  # type: ignore[arg-type]

    assert {split: len(examples) for split, examples in splits.items()} == {"train": 4, "validation": 1, "test": 1}
    assert sorted(one.name for examples in splits.values() for one in examples) == list(NAMES)
    example = splits["test"][0]
    columns = np.load(root / "natural" / f"{example.name}.npy")
    np.testing.assert_allclose(example.natural, columns[:, 1:], atol=1e-6)
    np.testing.assert_allclose(example.synthetic, columns[:, 1:] / 2, atol=1e-6)
    assert example.natural.dtype == np.float64
    assert (example.reference, example.synthetic_wave, example.analysed) == (None, None, None)


def test_it_tells_how_smooth_the_synthetic_side_is(root: Path) -> None:
    said = of(root).describe()

    # half the deviation everywhere: a quarter of the power, 6 dB
    assert "4 training utterances, " in said
    assert "1 for validation, 1 for the test; synthetic: as recorded, 0.25 of natural global variance, 6.0 dB modulation spectrum" in said


def test_the_fingerprint_changes_with_the_data_and_with_what_is_made_of_them(root: Path) -> None:
    before, cut = of(root).fingerprint(), of(root, bands=2).fingerprint()
    for name in NAMES:
        write(root / "synthetic" / f"{name}.npy", np.load(root / "natural" / f"{name}.npy") / 3)

    assert before != cut
    assert of(root).fingerprint() != before


def test_a_natural_side_of_another_length_is_aligned_to_the_synthetic_one(root: Path) -> None:
    ramp = np.linspace(0, 1, 60)[:, None] * [0, 1, 1, 1, 1]
    for name in NAMES:
        write(root / "natural" / f"{name}.npy", np.repeat(ramp, [2] * 20 + [1] * 40, axis=0))
        write(root / "synthetic" / f"{name}.npy", ramp)

    example = of(root).examples("test")[0]

    np.testing.assert_allclose(example.natural, ramp[:, 1:], atol=1e-6)
    assert len(example.heard) == 60


def test_bare_float32_of_other_programs_is_read_and_log_spectra_are_magnitudes(root: Path) -> None:
    draw = np.random.default_rng(1)
    for name in NAMES:
        for side in ("natural", "synthetic"):
            (root / side / f"{name}.npy").unlink()
            write(root / side / f"{name}.bin", np.exp(draw.standard_normal((60, 81))))

    data = of(root, features="log-spectra", fft_size=160)

    assert data.facts()["dims"] == 80
    assert abs(float(data.statistics()["mean"].mean())) < 0.1


def test_every_problem_of_the_files_is_said_at_once(root: Path) -> None:
    (root / "synthetic" / "a.npy").unlink()
    write(root / "natural" / "b.npy", np.ones((60, 7)))
    write(root / "natural" / "c.npy", np.full((70, 5), np.nan))
    (root / "natural" / "d.npy").write_bytes(b"")
    with pytest.raises(DataError, match=r"natural/a.npy: there is no file 'a' in '.*synthetic': bring it, or take this one away"):
        of(root)
    (root / "natural" / "a.npy").unlink()
    write(root / "synthetic" / "e.npy", np.load(root / "natural" / "e.npy")[:30])

    with pytest.raises(DataError) as caught:
        of(root)

    said = sorted(str(caught.value).splitlines())
    assert len(said) == 4
    assert "has 7 columns, and 5 are needed" in said[0]
    assert "NaN" in said[1]
    assert "the file is empty" in said[2]
    assert "has 90 frames and" in said[3]
    assert said[3].endswith(
        "has 30: are both of this sentence, every 0.005 seconds, and of the same order (see data.frame_seconds and data.coefficients)?"
    )


def test_silence_in_the_place_of_synthetic_speech_is_refused(root: Path) -> None:
    write(root / "synthetic" / "b.npy", np.eye(1, 5) * np.full((60, 1), -30.0))

    with pytest.raises(DataError, match=r"synthetic/b.npy: is silent, and .*natural/b.npy is not: bring its speech, or take both away"):
        of(root)


def test_folders_that_hold_no_pairs_are_refused_with_a_way_out(root: Path, tmp_path: Path) -> None:
    soundfile.write(root / "natural" / "a.wav", spoken(0.1), RATE)
    with pytest.raises(DataError, match=r"a.wav: 'a.npy' beside it has the same name: keep one of them"):
        of(root)
    (root / "natural" / "a.npy").unlink()
    with pytest.raises(DataError, match=r"a.wav: only one of this file and .*a.npy is audio: give both as audio, or both as features"):
        of(root)
    with pytest.raises(DataError, match="there is no folder 'natural' and no folder 'synthetic' in it: put natural speech into 'natural'"):
        of(tmp_path)
    for side in ("natural", "synthetic"):
        (tmp_path / "empty" / side).mkdir(parents=True)
    with pytest.raises(DataError, match="there are neither audio nor feature files in 'natural' and 'synthetic': put them there"):
        of(tmp_path / "empty")


def test_utterances_without_a_crop_of_speech_are_left_out_and_named(root: Path) -> None:
    data = of(root)
    learned = sorted(one.name for one in data.examples("train"))
    for side in ("natural", "synthetic"):
        write(root / side / f"{learned[0]}.npy", np.ones((1, 5)))

    left = of(root)

    assert len(left.examples("train")) == 3
    assert f"left out as they have less than 0.1 s of speech: {learned[0]}" in left.describe()
    with pytest.raises(DataError, match=r"there are less than 400 frames \(2 s\) of speech in .* and 1 more: make data.crop_frames"):
        of(root, crop_frames=400)


@pytest.mark.parametrize(("kind", "fft_size"), [("mel-cepstra", 512), ("log-spectra", 256)])
def test_folders_of_audio_of_any_rate_are_analysed_once(root: Path, kind: Kind, fft_size: int) -> None:
    for name in NAMES:
        for side in ("natural", "synthetic"):
            (root / side / f"{name}.npy").unlink()
    for name in NAMES[:2]:
        for side, gain in (("natural", 0.5), ("synthetic", 0.25)):
            soundfile.write(root / side / f"{name}.wav", np.stack([gain * spoken(0.3)] * 2, axis=1), RATE // 2)

    data = of(root, features=kind, fft_size=fft_size)

    example = data.examples("test")[0]
    assert example.natural.shape == example.synthetic.shape == (121, data.features.dims)
    assert example.reference is not None
    assert example.reference.shape == (9600,)
    assert example.analysed is not None
    np.testing.assert_allclose(example.analysed.features, example.synthetic, atol=1e-5)
    assert data.remarks == ("too few utterances to hold any out", "nothing above half the rate of a, b, which is below 16000 Hz")


@pytest.mark.parametrize("kind", ["mel-cepstra", "log-spectra"])
def test_without_a_synthesiser_natural_speech_is_over_smoothed(tmp_path: Path, kind: Kind) -> None:
    soundfile.write(tmp_path / "one.wav", spoken(), RATE)
    matcher = Matcher.of({"features": kind}, OverSmoothing())

    example = PostFilterExample("one", pair=Pair("one", tmp_path / "one.wav", None), matcher=matcher)

    assert example.natural.shape == example.synthetic.shape == (81, matcher.features.dims)
    natural, synthetic = (example.cepstra(side)[example.heard].var(axis=0) for side in (example.natural, example.synthetic))
    assert np.mean(synthetic / natural) < 0.9
    assert example.analysed is not None
    np.testing.assert_allclose(example.analysed.features, example.synthetic, atol=1e-5)
    again = matcher.features.speak(example.analysed, example.analysed.features, samples=6400)
    assert example.synthetic_wave is not None
    np.testing.assert_allclose(again, example.synthetic_wave, atol=1e-6)
    assert example.reference is not None
    assert example.reference.shape == example.synthetic_wave.shape


def test_the_bundled_voices_keep_the_split_of_their_corpus() -> None:
    pairs = bundled_pairs(("slt", "rms"))

    assert [len(of_split) for of_split in (pairs.train, pairs.validation, pairs.test)] == [56, 12, 20]
    assert {pair.name.split("/")[0] for pair in pairs.test} == {"slt", "rms"}
    sentences = [{pair.name.split("/")[1] for pair in of_split} for of_split in (pairs.train, pairs.validation, pairs.test)]
    assert not set.intersection(*sentences)
    with pytest.raises(DataError, match="has no voice 'sly'"):
        bundled_pairs(("sly",))
