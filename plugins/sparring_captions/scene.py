"""What a scene is: one object somewhere, or two beside or above each other, on a background."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Shape = Literal["circle", "square", "triangle", "star", "cross", "ring"]
Colour = Literal["red", "orange", "yellow", "green", "blue", "purple", "white", "black"]
Size = Literal["small", "large"]
Background = Literal["grey", "sand", "sky", "mint"]
Place = Literal[
    "centre",
    "top",
    "bottom",
    "left",
    "right",
    "top left",
    "top right",
    "bottom left",
    "bottom right",
    "one above the other",
    "side by side",
]

SHAPES: tuple[Shape, ...] = ("circle", "square", "triangle", "star", "cross", "ring")
COLOURS: tuple[Colour, ...] = ("red", "orange", "yellow", "green", "blue", "purple", "white", "black")
SIZES: tuple[Size, ...] = ("small", "large")
BACKGROUNDS: tuple[Background, ...] = ("grey", "sand", "sky", "mint")
# The places of one object, then the arrangements of two.
PLACES: tuple[Place, ...] = get_args(Place)
ALONE, PAIRED = PLACES[:9], PLACES[9:]
NOTHING = "nothing"

# What can be told of a scene, with all its values. The second object is the lower or the right one; alone, there is none.
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "shape": SHAPES,
    "colour": COLOURS,
    "size": SIZES,
    "place": PLACES,
    "background": BACKGROUNDS,
    "second shape": (*SHAPES, NOTHING),
    "second colour": (*COLOURS, NOTHING),
    "second size": (*SIZES, NOTHING),
}


@dataclass(frozen=True)
class Thing:
    """An object of a scene."""

    shape: Shape
    colour: Colour
    size: Size


@dataclass(frozen=True)
class Scene:
    """What a sentence can say of a picture. With two objects, `first` is the upper one or the left one."""

    first: Thing
    second: Thing | None
    place: Place
    background: Background

    @property
    def things(self) -> tuple[Thing, ...]:
        return (self.first,) if self.second is None else (self.first, self.second)

    def attributes(self) -> Mapping[str, int]:
        """The number of the value of each of `ATTRIBUTES`."""
        said = {
            "shape": self.first.shape,
            "colour": self.first.colour,
            "size": self.first.size,
            "place": self.place,
            "background": self.background,
            "second shape": NOTHING if self.second is None else self.second.shape,
            "second colour": NOTHING if self.second is None else self.second.colour,
            "second size": NOTHING if self.second is None else self.second.size,
        }
        return {name: ATTRIBUTES[name].index(value) for name, value in said.items()}

    @property
    def number(self) -> int:
        """One number for everything that can be said of the scene: scenes of another number are described by other sentences."""
        number = 0
        for name, value in self.attributes().items():
            number = number * len(ATTRIBUTES[name]) + value
        return number
