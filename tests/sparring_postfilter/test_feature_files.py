"""Feature files: what other synthesisers wrote is read as it is, and what does not fit is refused with a way out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sparring import DataError
from sparring_postfilter.feature_files import feature_files, read, write

CEPSTRA = np.random.default_rng(0).normal(size=(7, 25))


def saved(path: Path, array: object) -> Path:
    with path.open("wb") as file:
        np.save(file, array)  # type: ignore[arg-type]
    return path


def raw(path: Path, array: np.ndarray, kind: str = "<f4") -> Path:
    path.write_bytes(array.astype(kind).tobytes())
    return path


@pytest.mark.parametrize("kind", ["<f4", ">f4", "<f8"])
def test_an_array_is_read_as_it_is(tmp_path: Path, kind: str) -> None:
    given = saved(tmp_path / "a.npy", np.asfortranarray(CEPSTRA.astype(kind)))

    features = read(given, 25)

    assert features.dtype == np.float64
    assert (features == CEPSTRA.astype(kind)).all()


@pytest.mark.parametrize("suffix", [".mgc", ".mcep", ".mcp", ".bin", ".f32", ".MGC"])
def test_bare_numbers_are_frames_of_little_endian_float32(tmp_path: Path, suffix: str) -> None:
    given = raw(tmp_path / f"a{suffix}", CEPSTRA)

    features = read(given, 25)

    assert (features == CEPSTRA.astype(np.float32)).all()


@pytest.mark.parametrize("name", ["a.npy", "a.mgc"])
def test_what_is_written_has_the_coding_of_the_file_it_is_like(tmp_path: Path, name: str) -> None:
    like = raw(tmp_path / name, CEPSTRA) if name == "a.mgc" else saved(tmp_path / name, CEPSTRA.astype(np.float32))

    write(tmp_path / "out" / name, read(like, 25), like)

    assert (tmp_path / "out" / name).read_bytes() == like.read_bytes()
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name]


def test_features_that_are_no_numbers_are_not_written_and_what_was_there_stays(tmp_path: Path) -> None:
    like = raw(tmp_path / "a.mgc", CEPSTRA)
    before = like.read_bytes()

    with pytest.raises(DataError, match="the features to be written contain NaN or infinity"):
        write(like, np.full((3, 25), 1e39), like)

    assert like.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.mgc"]


def test_a_folder_s_feature_files_are_found_at_any_depth_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.npy", "deep/a.MGC", "a.wav", ".hidden.npy", "notes.txt"):
        (tmp_path / name).touch()

    found = feature_files(tmp_path)

    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["b.npy", "deep/a.MGC"]


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (
            np.zeros((7, 60)),
            "the file has 60 columns, and 25 are needed (c0 to c24): "
            "give mel-cepstra of order 24, or train with another data.coefficients.",
        ),
        (np.zeros((25, 7)), "the file has 7 columns, and 25 are needed: write it the other way round."),
        (np.zeros(25), "the array has shape (25,), and (frames, 25) is needed."),
        (np.zeros((0, 25)), "the file holds no frame."),
        (np.zeros((7, 25), dtype=np.int16), "the file holds int16, and float32 or float64 is needed: convert it."),
        (np.full((7, 25), np.nan), "the file contains NaN or infinity: have it made anew."),
        (np.full((7, 25), 1e10), "the file has numbers up to 1.0e+10, which no feature reaches: have it made anew."),
    ],
)
def test_an_array_that_does_not_fit_is_refused_with_a_way_out(tmp_path: Path, array: np.ndarray, message: str) -> None:
    given = saved(tmp_path / "a.npy", array)

    with pytest.raises(DataError) as raised:
        read(given, 25)

    assert str(raised.value) == f"{given}: {message}"


def test_an_array_of_objects_is_never_unpickled(tmp_path: Path) -> None:
    given = saved(tmp_path / "a.npy", np.array([[{}]], dtype=object))

    with pytest.raises(DataError, match=r"no array of numbers, or a damaged one: .*Write float32 or float64 with numpy.save\."):
        read(given, 25)


@pytest.mark.parametrize("kept", [0.99, 0.05, 6e-3])
def test_a_damaged_array_is_refused(tmp_path: Path, kept: float) -> None:
    given = saved(tmp_path / "a.npy", CEPSTRA)
    whole = given.read_bytes()
    given.write_bytes(whole[: int(kept * len(whole))])

    with pytest.raises(DataError, match="no array of numbers, or a damaged one"):
        read(given, 25)


def test_bare_numbers_of_another_order_are_refused_where_they_do_not_divide(tmp_path: Path) -> None:
    given = raw(tmp_path / "a.mgc", np.zeros((7, 60)))

    with pytest.raises(DataError) as raised:
        read(given, 25)

    assert str(raised.value) == (
        f"{given}: the file has 1680 bytes, no whole number of frames of 25 columns of float32 (c0 to c24): "
        "give mel-cepstra of order 24, or train with another data.coefficients."
    )


@pytest.mark.parametrize("value", [np.nan, 1e10])
def test_bytes_of_another_type_are_refused_for_what_they_read_as(tmp_path: Path, value: float) -> None:
    given = raw(tmp_path / "a.mgc", np.full((7, 25), value))

    with pytest.raises(DataError, match=r": is it of little-endian float32\?$"):
        read(given, 25)


def test_a_spectrum_s_magnitudes_are_not_logarithms(tmp_path: Path) -> None:
    given, narrow = saved(tmp_path / "a.npy", CEPSTRA), saved(tmp_path / "b.npy", np.ones((3, 129)))

    with pytest.raises(DataError, match=r"negative magnitudes: are they logarithms\? Give linear magnitudes\."):
        read(given, 25, kind="log-spectra")
    with pytest.raises(DataError, match=r"129 columns, and 257 are needed \(a transform of 512\)"):
        read(narrow, 257, kind="log-spectra")


@pytest.mark.parametrize(
    ("name", "message"), [("a.npy", "there is no such file."), ("a.wav", "this is no feature file"), ("a.mgc", "the file is empty.")]
)
def test_what_is_no_feature_file_is_refused(tmp_path: Path, name: str, message: str) -> None:
    if name != "a.npy":
        (tmp_path / name).touch()

    with pytest.raises(DataError) as raised:
        read(tmp_path / name, 25)

    assert str(raised.value).startswith(f"{tmp_path / name}: {message}")
