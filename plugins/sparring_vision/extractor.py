"""What turns images into features and class logits, worked out once for all metrics that look at the same images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from sparring import Data, DataError, SparringError, gather, share, world_size
from sparring_vision.classifier import trained_classifier
from sparring_vision.inception import Resize, inception_from
from sparring_vision.real_images import identity, quantised

ExtractorName = Literal["classifier", "inception"]
AT_ONCE = 100


class Activations(NamedTuple):
    """What an extractor sees in some images, on the CPU."""

    features: Float[Tensor, "images width"]
    logits: Float[Tensor, "images classes"]


class Extractor:
    """A network that maps images of 0..255 to features and logits, on the accelerator if there is one, without gradients.

    The last images are remembered with what was seen in them, so that metrics that are shown the same ones share the work.
    """

    def __init__(self, network: nn.Module, *, protocol: Mapping[str, str]) -> None:
        self._device = fastest_device()
        self._network = network.to(self._device).eval()
        self._protocol = dict(protocol)
        self._images: tuple[Tensor, ...] = ()
        self._seen: Activations | None = None

    def features(self, images: Sequence[Tensor]) -> Float[Tensor, "images width"]:
        """A row of features for each image (channels, size, size) in [-1, 1], which is quantised to eight bits first."""
        return self._activations(images).features

    def logits(self, images: Sequence[Tensor]) -> Float[Tensor, "images classes"]:
        """A row of class logits for each image (channels, size, size) in [-1, 1], which is quantised to eight bits first."""
        return self._activations(images).logits

    def protocol(self) -> Mapping[str, str]:
        """What the numbers depend on: which network, the hash of its weights, the resize."""
        return dict(self._protocol)

    def _activations(self, images: Sequence[Tensor]) -> Activations:
        asked = tuple(images)
        same = len(asked) == len(self._images) and all(new is old for new, old in zip(asked, self._images, strict=True))
        if self._seen is None or not same:
            with torch.no_grad():
                chunks = [quantised(asked[start : start + AT_ONCE]).to(self._device) for start in range(0, len(asked), AT_ONCE)]
                seen = [self._network(chunk) for chunk in chunks]
            self._images, self._seen = asked, Activations(*(torch.cat(parts).cpu() for parts in zip(*seen, strict=True)))
        return self._seen


def extractor_for(data: Data, name: ExtractorName, *, weights: Path | None = None, resize: Resize = "tensorflow") -> Extractor:
    """The extractor of that name for these data: built once per process, and trained once per data set where it is the classifier.

    Data that have a better classifier of their own give it by a method `feature_extractor()`: the network, which maps images of 0..255
    to features and logits, and what to say of it in protocols; or None, and then the usual one is trained.

    Raises `DataError` for weights that are none.
    """
    key = (name, identity(data) if name == "classifier" else "", str(weights), resize)
    if key not in _extractors:
        if name == "inception" and weights is None:
            raise DataError("`extractor: inception` needs a file of weights")
        network, protocol = _classifier_of(data) if weights is None else inception_from(weights, resize=resize)
        _extractors[key] = Extractor(network, protocol=protocol)
    return _extractors[key]


def prepare_extractor(data: Data, name: ExtractorName, *, weights: Path | None = None, resize: Resize = "tensorflow") -> None:
    """`extractor_for` for all processes, which must call this at the same moment: the first one trains, the others read what it kept."""
    refusal = ""
    if 0 in share(range(world_size())):
        try:
            extractor_for(data, name, weights=weights, resize=resize)
        except SparringError as error:
            refusal = str(error)
    if refused := gather(refusal)[0]:
        raise DataError(refused)
    extractor_for(data, name, weights=weights, resize=resize)


def _classifier_of(data: Data) -> tuple[nn.Module, Mapping[str, str]]:
    own = getattr(data, "feature_extractor", None)
    return (own() if own is not None else None) or trained_classifier(data)


def fastest_device() -> torch.device:
    """This process's GPU, or else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


_extractors: dict[tuple[str, ...], Extractor] = {}
