"""Scenes by number: as many as one likes, each the same for the same seed, with combinations kept for the test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, Literal

import numpy as np

from sparring import Split
from sparring_captions.scene import ALONE, BACKGROUNDS, COLOURS, PAIRED, SHAPES, SIZES, Colour, Scene, Shape, Thing
from sparring_captions.scene_drawing import draw_scene
from sparring_captions.scene_sentences import sentence

Objects = Literal["one", "two", "one or two"]

# For each colour one shape that it never has in training: circles, squares, … in turn, so that each shape is held out once or twice.
HELD_OUT: frozenset[tuple[Colour, Shape]] = frozenset((colour, SHAPES[number % len(SHAPES)]) for number, colour in enumerate(COLOURS))
CAPTIONS, NEAR_CAPTIONS = 5, 3


class SceneDraws:
    """Scene `number` of a split: what it is, its picture and its sentences are three functions of (seed, split, number).

    Training and validation scenes have no object of a combination of colour and shape in `HELD_OUT`; every other test scene has one.
    `mixed` scenes have any combination in every split, for a judge that must not be taken by surprise: nobody learns to draw from them.
    """

    def __init__(self, split: Split, *, seed: int = 0, objects: Objects = "one or two", mixed: bool = False) -> None:
        self.split, self.seed, self.objects, self.mixed = split, seed, objects, mixed

    def scene(self, number: int) -> Scene:
        draw = self._draw("scene", number)
        paired = {"one": False, "two": True, "one or two": bool(draw.random() < 0.5)}[self.objects]
        things = [self._thing(draw, held_out=False) for _ in range(1 + paired)]
        if self.is_held_out(number):
            things[int(draw.integers(len(things)))] = self._thing(draw, held_out=True)
        place = (PAIRED if paired else ALONE)[int(draw.integers(len(PAIRED if paired else ALONE)))]
        background = BACKGROUNDS[int(draw.integers(len(BACKGROUNDS)))]
        return Scene(things[0], things[1] if paired else None, place, background)

    def is_held_out(self, number: int) -> bool:
        """Whether the scene was made to have a combination that no training scene has."""
        return not self.mixed and self.split == "test" and number % 2 == 1

    def picture(self, number: int, *, image_size: int) -> np.ndarray:
        """(3, image_size, image_size), float32 in [-1, 1]."""
        return draw_scene(self.scene(number), image_size=image_size, draw=self._draw("picture", number))

    def captions(self, number: int) -> tuple[str, ...]:
        """Five sentences about the scene, which may repeat themselves."""
        draw, scene = self._draw("captions", number), self.scene(number)
        return tuple(sentence(scene, draw) for _ in range(CAPTIONS))

    def near_captions(self, number: int) -> tuple[str, ...]:
        """Three sentences about scenes that are nearly this one: another shape, colour, size, place or background, or what belongs to one
        object said of the other. Combinations that are held out stay so."""
        draw, scene = self._draw("near captions", number), self.scene(number)
        return tuple(sentence(self._near(scene, draw), draw) for _ in range(NEAR_CAPTIONS))

    def _near(self, scene: Scene, draw: np.random.Generator) -> Scene:
        """Shapes and colours are changed twice as often as other things, and swapped as often as all of those are changed."""
        what = _one(("shape", "shape", "colour", "colour", "size", "place", "background"), draw)
        if scene.second is None:
            near = _changed(scene, "first", what, draw)
        elif draw.random() < 0.5:
            near = _swapped(scene, scene.second, _one(("shape", "colour", "size"), draw))
        else:
            near = _changed(scene, _one(("first", "second"), draw), what, draw)
        held_out = not self.mixed and any((thing.colour, thing.shape) in HELD_OUT for thing in near.things)
        return self._near(scene, draw) if held_out or near == scene else near

    def _thing(self, draw: np.random.Generator, *, held_out: bool) -> Thing:
        every: list[tuple[Colour, Shape]] = [(c, s) for c in COLOURS for s in SHAPES]
        pairs = sorted(HELD_OUT) if held_out else [pair for pair in every if self.mixed or pair not in HELD_OUT]
        colour, shape = pairs[int(draw.integers(len(pairs)))]
        return Thing(shape, colour, SIZES[int(draw.integers(len(SIZES)))])

    def _draw(self, what: str, number: int) -> np.random.Generator:
        key = blake2b(f"{what} {self.seed} {self.split} {number}".encode(), digest_size=16).digest()
        return np.random.Generator(np.random.Philox(int.from_bytes(key, "little")))


def _changed(scene: Scene, which: str, what: str, draw: np.random.Generator) -> Scene:
    """Another place, another background, or one of the objects with another shape, colour or size."""
    if what == "place":
        return replace(scene, place=_another(ALONE if scene.second is None else PAIRED, scene.place, draw))
    if what == "background":
        return replace(scene, background=_another(BACKGROUNDS, scene.background, draw))
    thing, values = getattr(scene, which), {"shape": SHAPES, "colour": COLOURS, "size": SIZES}[what]
    return replace(scene, **{which: replace(thing, **{what: _another(values, getattr(thing, what), draw)})})


def _swapped(scene: Scene, second: Thing, what: str) -> Scene:
    """Each object with the shape, colour or size of the other."""
    first = replace(scene.first, **{what: getattr(second, what)})
    return replace(scene, first=first, second=replace(second, **{what: getattr(scene.first, what)}))


def _one(choices: Sequence[Any], draw: np.random.Generator) -> Any:
    return choices[int(draw.integers(len(choices)))]


def _another(choices: Sequence[Any], than: Any, draw: np.random.Generator) -> Any:
    return _one([choice for choice in choices if choice != than], draw)
