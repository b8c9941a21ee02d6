"""Bands against the paper's, and back again."""

from __future__ import annotations

import re

import pytest
import torch

from sparring_postfilter.bands import Bands


def test_the_bands_of_1024_dimensions_are_the_papers() -> None:
    bands = Bands(1024, count=4, overlap=64)

    from_one = [(one.start + 1, one.stop) for one in bands.slices]

    assert from_one == [(1, 320), (257, 576), (513, 832), (769, 1024)]
    assert bands.rows == 3 * 320 + 256
    assert bands.parts == (slice(0, 320), slice(320, 640), slice(640, 960), slice(960, 1216))


def test_the_last_band_takes_what_does_not_divide() -> None:
    bands = Bands(10, count=3, overlap=1)

    assert bands.slices == (slice(0, 4), slice(3, 7), slice(6, 10))


def test_cut_features_have_one_band_below_the_other() -> None:
    features = torch.arange(5.0)[None, :, None]

    banded = Bands(5, count=2, overlap=1).cut(features)

    assert banded.flatten().tolist() == [0, 1, 2, 2, 3, 4]


@pytest.mark.parametrize("bands", [Bands(7), Bands(7, 7), Bands(7, 3, 2), Bands(7, 7, 1), Bands(256, 4, 16), Bands(256, 4, 64)], ids=str)
@pytest.mark.parametrize("batch", [(), (2,)], ids=["alone", "batched"])
def test_what_was_cut_is_joined_to_what_it_was(bands: Bands, batch: tuple[int, ...]) -> None:
    features = torch.randn(*batch, bands.dims, 3)

    joined = bands.join(bands.cut(features))

    torch.testing.assert_close(joined, features, atol=1e-6, rtol=0)


def test_a_band_fades_into_the_next_by_halves_of_a_hamming_window() -> None:
    bands = Bands(8, count=2, overlap=4)
    banded = torch.cat([torch.zeros(8, 1), torch.ones(4, 1)])

    joined = bands.join(banded).flatten()

    window = torch.hamming_window(8, periodic=False)
    assert joined[:4].tolist() == [0, 0, 0, 0]
    torch.testing.assert_close(joined[4:], window[:4] / (window[:4] + window[4:]))


REFUSALS = [
    ((0, 1, 0), "dims and bands count from 1, but are 0 and 1"),
    ((4, 0, 0), "dims and bands count from 1, but are 4 and 0"),
    ((4, 5, 0), "4 dimensions cannot be cut into 5 bands: take at most 4"),
    ((4, 1, 2), "a single band has no neighbour to overlap with by 2: leave `overlap` out, or take more bands"),
    (
        (9, 4, 3),
        "bands that begin every 2 dimensions overlap by at most as many, and by none at least, not by 3: take a smaller `overlap`, or "
        "fewer bands",
    ),
    (
        (9, 4, -1),
        "bands that begin every 2 dimensions overlap by at most as many, and by none at least, not by -1: take a smaller `overlap`, or "
        "fewer bands",
    ),
]


@pytest.mark.parametrize(("numbers", "refusal"), REFUSALS)
def test_bands_that_cannot_be_are_refused(numbers: tuple[int, int, int], refusal: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(refusal)}$"):
        Bands(*numbers)


def test_features_of_other_dimensions_are_not_cut() -> None:
    refusal = "these bands are of 24 dimensions, the features have 30: make bands of as many"

    with pytest.raises(ValueError, match=f"^{re.escape(refusal)}$"):
        Bands(24).cut(torch.zeros(1, 30, 2))
