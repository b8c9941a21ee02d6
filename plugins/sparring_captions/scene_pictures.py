"""Scenes as captioned pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property

import numpy as np
import torch

from sparring_captions.captioned_pictures import CaptionedPictures, all_captions
from sparring_captions.scene_source import SceneDraws
from sparring_vision import Channels, Picture

LOOKED_AT, SIZE = 16, 32  # of the pictures whose pixels are in the fingerprint


class ScenePictures(CaptionedPictures):
    """The first `count` scenes of `draws`, in colour. Scenes of one label are those that the same sentences describe."""

    def __init__(self, draws: SceneDraws, *, count: int) -> None:
        self.draws = draws

        self.scenes = [draws.scene(number) for number in range(count)]
        self.labels = np.array([scene.number for scene in self.scenes], dtype=np.int64)

    @cached_property
    def said(self) -> tuple[tuple[str, ...], ...]:
        """The captions of all scenes, which are made once."""
        return tuple(self.draws.captions(number) for number in range(len(self)))

    @cached_property
    def nearly_said(self) -> tuple[tuple[str, ...], ...]:
        """The near captions of all scenes, which are made once."""
        return tuple(self.draws.near_captions(number) for number in range(len(self)))

    def name(self, number: int) -> str:
        return f"{self.draws.split}-{number:05d}"

    def read(self, number: int, *, image_size: int, channels: Channels) -> Picture:
        picture = torch.from_numpy(self.draws.picture(number, image_size=image_size))
        return picture if channels == 3 else picture.mean(dim=0, keepdim=True)

    def captions(self, number: int) -> tuple[str, ...]:
        return self.said[number]

    def near_captions(self, number: int) -> tuple[str, ...]:
        return self.nearly_said[number]

    def conditions(self, number: int) -> Mapping[str, str]:
        """How many objects it has, and whether training scenes have objects like them."""
        objects = "one" if self.scenes[number].second is None else "two"
        return {"objects": objects, "combination": "held out" if self.draws.is_held_out(number) else "seen"}

    def attributes(self, number: int) -> Mapping[str, int]:
        return self.scenes[number].attributes()

    def fingerprint(self) -> str:
        """Of the captions of all scenes, and the pictures of some."""
        digest = hashlib.sha256("\n".join(all_captions(self)).encode())
        for number in range(min(LOOKED_AT, len(self))):
            digest.update(self.draws.picture(number, image_size=SIZE).tobytes())
        return digest.hexdigest()
