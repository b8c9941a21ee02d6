"""Scenes in images that can be read without eyes: each attribute is spelled by one pixel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sparring import Data, Split
from sparring_captions.scene import ATTRIBUTES
from sparring_captions.scene_source import SceneDraws
from sparring_vision import ImageExample, from_pixels

SIZE = 8


@dataclass(frozen=True, kw_only=True)
class SceneExample(ImageExample):
    captions: tuple[str, ...]
    attributes: Mapping[str, int] | None


def spelled(attributes: Mapping[str, int]) -> Tensor:
    """(3, 8, 8) in [-1, 1]: the value of each attribute is the level of one pixel of the first row."""
    pixels = torch.zeros(3, SIZE, SIZE, dtype=torch.uint8)
    pixels[:, 0] = torch.tensor([attributes[name] for name in ATTRIBUTES], dtype=torch.uint8)
    return from_pixels(pixels)


class Reader(nn.Module):
    """Reads what `spelled` wrote: features are the pixels, logits 1 for the value of an attribute and 0 for all others."""

    looked = 0

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        Reader.looked += 1
        values = images[:, 0, 0].long()
        said = [F.one_hot(values[:, number], len(names)) for number, names in enumerate(ATTRIBUTES.values())]
        return images.float().flatten(1), torch.cat(said, dim=1).float()


class Scenes(Data):
    """Real scenes with their sentences, in spelled images. `accuracy` is what the reader's maker says of it, where it says anything."""

    fields = ("real",)

    def __init__(self, *, name: str = "scenes", count: int = 60, known: bool = True, accuracy: Mapping[str, str] | None = None) -> None:
        self.name, self.count, self.known, self.accuracy = name, count, known, accuracy or {}

    def __len__(self) -> int:
        return self.count

    def sample(self, index: int, draw: object) -> dict[str, Tensor]:
        return {"real": self.examples("train")[index].image}

    def examples(self, split: Split) -> Sequence[SceneExample]:
        return [one if self.known else replace(one, attributes=None) for one in _examples(split, self.count)]

    def feature_extractor(self) -> tuple[nn.Module, Mapping[str, str]]:
        return Reader(), {"extractor": "reader of spelled scenes", **self.accuracy}

    def facts(self) -> Mapping[str, int]:
        return {"image_size": SIZE, "channels": 3}

    def fingerprint(self) -> str:
        return self.name

    def describe(self) -> str:
        return "spelled scenes"


@cache
def _examples(split: Split, count: int) -> Sequence[SceneExample]:
    draws = SceneDraws(split)
    scenes = [draws.scene(number) for number in range(count)]
    return [
        SceneExample(
            f"{split}-{number}", label=scene.number, load=partial(spelled, scene.attributes()), captions=draws.captions(number),
            attributes=scene.attributes(),
        )
        for number, scene in enumerate(scenes)
    ]  # fmt: skip


def changed(example: SceneExample, **values: int) -> Tensor:
    """The image of an example of which some attributes (`second_colour` for the second one's colour) are other values."""
    assert example.attributes is not None
    return spelled({**example.attributes, **{name.replace("_", " "): value for name, value in values.items()}})


def another(example: SceneExample, name: str) -> int:
    """A value that the attribute of that name does not have."""
    assert example.attributes is not None
    return (example.attributes[name] + 1) % len(ATTRIBUTES[name])
