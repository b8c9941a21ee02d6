"""Whether the image of a sentence about a scene shows what the sentence says, as the checker of scenes sees it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from sparring import Data, Example, Metric
from sparring_captions.scene import ATTRIBUTES, NOTHING
from sparring_captions.scene_checker import EVERYTHING, accuracy_of, by_attribute
from sparring_vision.extractor import Extractor, extractor_for, prepare_extractor

SURE = 99.0  # percent of real scenes


class AttributeMatch(Metric):
    """The share of `attributes` that the checker sees in an image as its scene has them, in percent.

    Of two objects each counts half; of one, nothing is asked of the second. NaN for examples that are no scenes. `remark` gives what the
    checker sees rightly in real scenes, which is where the scale of this score ends.
    """

    unit: ClassVar[str] = "%"
    decimals: ClassVar[int] = 1
    attributes: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        self._extractor: Extractor | None = None

    def prepare(self, data: Data) -> None:
        """Train or load the checker, if these are scenes; all processes call this at the same moment."""
        self._extractor = None
        if _attributes(data.examples("train")[0]) is not None:
            prepare_extractor(data, "classifier")
            self._extractor = extractor_for(data, "classifier")

    def score(self, output: Any, example: Example) -> float:
        """Of an image (3, size, size) in [-1, 1]. Raises `DataError` for one that is not finite."""
        asked = _attributes(example)
        if asked is None or self._extractor is None:
            return math.nan
        said = by_attribute(self._extractor.logits([output]))
        return self.rate({name: int(values.argmax()) == asked[name] for name, values in said.items()}, asked)

    def rate(self, right: Mapping[str, bool], asked: Mapping[str, int]) -> float:
        """The score, by what is right of all attributes and what was asked for."""
        counted = [right[name] for name in self.attributes if ATTRIBUTES[name][asked[name]] != NOTHING]
        return 100 * sum(counted) / len(counted)

    def protocol(self) -> Mapping[str, str]:
        """The checker, the hash of its weights, its accuracies."""
        return {} if self._extractor is None else self._extractor.protocol()

    def remark(self) -> str:
        """How surely the checker tells these attributes in real scenes, and a warning where that is not surely enough."""
        found = {name: accuracy_of(self.protocol(), name) for name in self.attributes}
        known = {name: accuracy for name, accuracy in found.items() if accuracy is not None}
        if not known:
            return ""
        said = ", ".join(f"{name} in {one.seen:.1f} % ({one.held_out:.1f} % of held-out combinations)" for name, one in known.items())
        unsure = [name for name, one in known.items() if min(one) < SURE]
        warning = f". Beware: below {SURE:g} % for {', '.join(unsure)}, so differences of a few percent mean little" if unsure else ""
        return f"of real scenes the checker names {said}{warning}"


class ColourMatch(AttributeMatch):
    """The share of a scene's objects that have the right colour."""

    attributes = ("colour", "second colour")


class ShapeMatch(AttributeMatch):
    """The share of a scene's objects that have the right shape."""

    attributes = ("shape", "second shape")


class SizeMatch(AttributeMatch):
    """The share of a scene's objects that have the right size."""

    attributes = ("size", "second size")


class PlaceMatch(AttributeMatch):
    """Whether the object is where it should be, or two are arranged as they should."""

    attributes = ("place",)


class BackgroundMatch(AttributeMatch):
    """Whether the background is the right one."""

    attributes = ("background",)


class CaptionMatch(AttributeMatch):
    """Whether everything is right that the sentence says, and there is no object that it does not name."""

    attributes = (EVERYTHING,)

    def rate(self, right: Mapping[str, bool], asked: Mapping[str, int]) -> float:
        return 100.0 * all(right.values())


def _attributes(example: Example) -> Mapping[str, int] | None:
    return getattr(example, "attributes", None)
