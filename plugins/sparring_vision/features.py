"""Features of real images, worked out once for each data set, split and extractor, and kept on disk."""

from __future__ import annotations

from collections import OrderedDict

import torch
from jaxtyping import Float
from torch import Tensor

from sparring import Data, Split, cache_file, keep_tensors, read_tensors
from sparring_vision.extractor import Extractor
from sparring_vision.real_images import batches, identity

BATCH_SIZE = 500
MOST_REMEMBERED = 3  # training, validation and test images of one data set


def real_features(data: Data, split: Split, extractor: Extractor) -> Float[Tensor, "images width"]:
    """A row of float32 features for each image of a split; 50,000 of Inception's take 400 MB, in memory and in the cache.

    The same tensor is given again while it is remembered.
    """
    key = (identity(data), split, *(f"{name}: {value}" for name, value in sorted(extractor.protocol().items())))
    if key not in _remembered:
        path = cache_file("features", *key)
        kept = read_tensors(path)
        if kept is None:
            features = torch.cat([extractor.features(images) for images in batches(data, split, size=BATCH_SIZE, what="features")])
            kept = keep_tensors(path, {"features": features})
        _remembered[key] = kept.tensors["features"]
        if len(_remembered) > MOST_REMEMBERED:
            _remembered.popitem(last=False)
    _remembered.move_to_end(key)
    return _remembered[key]


_remembered: OrderedDict[tuple[str, ...], Tensor] = OrderedDict()
