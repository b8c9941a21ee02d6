"""The handwritten digits that come with scikit-learn: real images without a download."""

from __future__ import annotations

import numpy as np
from einops import rearrange
from sklearn.datasets import load_digits

from sparring_images.source import Source
from sparring_vision import ArrayPictures, Part, by_hash

TEST_PER_CLASS, VALIDATION_PER_CLASS = 50, 10


def digits() -> Source:
    """1797 grey digits of 8 x 8 pixels, bright ink on dark (Alpaydin and Kaynak 1998, UCI Optical Recognition of Handwritten Digits).

    Of every class, 50 are held out for the test and 10 for validation, which leaves 1197 to train on.
    """
    values, labels = load_digits(return_X_y=True)
    # the values are 0 to 16
    pixels = np.round(rearrange(np.asarray(values), "count (h w) -> count h w", h=8) * (255 / 16)).astype(np.uint8)
    whole = ArrayPictures("digit", pixels, np.asarray(labels))
    order = by_hash([whole.name(number) for number in range(len(whole))])
    rank = np.empty(len(whole), dtype=np.int64)
    for label in range(10):
        members = order[whole.labels[order] == label]
        rank[members] = np.arange(len(members))
    test = rank < TEST_PER_CLASS
    validation = ~test & (rank < TEST_PER_CLASS + VALIDATION_PER_CLASS)
    parts = (Part(whole, np.flatnonzero(chosen)) for chosen in (~test & ~validation, validation, test))
    return Source("handwritten digits of scikit-learn", tuple(map(str, range(10))), *parts)
