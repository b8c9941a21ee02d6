"""Scenes as pictures: flat shapes with a dark outline, drawn from their distance functions at any size."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from sparring_captions.scene import Background, Colour, Place, Scene, Shape, Size, Thing

# sRGB, 0 to 255
COLOURS: Mapping[Colour, tuple[int, int, int]] = {
    "red": (215, 30, 40), "orange": (245, 130, 20), "yellow": (250, 225, 40), "green": (20, 140, 50),
    "blue": (30, 60, 210), "purple": (130, 40, 160), "white": (250, 250, 250), "black": (25, 25, 25),
}  # fmt: skip
BACKGROUNDS: Mapping[Background, tuple[int, int, int]] = {
    "grey": (128, 128, 128), "sand": (222, 196, 150), "sky": (150, 205, 240), "mint": (160, 220, 185)
}  # fmt: skip
# Shares of the picture's side: the radius of a circle, or of the circle around the other shapes times `FULLNESS`.
RADII: Mapping[Size, float] = {"small": 0.125, "large": 0.2}
NEAR, MIDDLE, FAR = 0.25, 0.5, 0.75
# The middle of the first object, then of the second one: (across, down)
CENTRES: Mapping[Place, tuple[tuple[float, float], ...]] = {
    "centre": ((MIDDLE, MIDDLE),), "top": ((MIDDLE, NEAR),), "bottom": ((MIDDLE, FAR),), "left": ((NEAR, MIDDLE),),
    "right": ((FAR, MIDDLE),), "top left": ((NEAR, NEAR),), "top right": ((FAR, NEAR),), "bottom left": ((NEAR, FAR),),
    "bottom right": ((FAR, FAR),), "one above the other": ((MIDDLE, NEAR), (MIDDLE, FAR)), "side by side": ((NEAR, MIDDLE), (FAR, MIDDLE)),
}  # fmt: skip
OUTLINE = 0.016
OUTLINE_SHADE = 0.45
# How much scenes of one description differ: shifts and radii as shares, turns in radians, light from one side, shades of a colour.
SHIFT, GROWTH, TURN, LIGHT, TINT = 0.03, 0.08, 0.14, 0.10, 10.0


def draw_scene(scene: Scene, *, image_size: int, draw: np.random.Generator) -> np.ndarray:
    """The scene as (3, image_size, image_size), float32 in [-1, 1]; what its description leaves open comes from `draw`.

    The same draws give the same scene at every size. Edges are antialiased.
    """
    across, down = _positions(image_size)
    angle, strength = draw.uniform(-math.pi, math.pi), draw.uniform(0, LIGHT)
    light = 1 + strength * (math.cos(angle) * (across - 0.5) + math.sin(angle) * (down - 0.5)) * 2
    picture = np.array(_tinted(BACKGROUNDS[scene.background], draw), dtype=np.float32)[:, None, None] * light.astype(np.float32)
    for thing, centre in zip(scene.things, CENTRES[scene.place], strict=True):
        _put(picture, thing, centre, image_size=image_size, draw=draw)
    return np.clip(picture / 127.5 - 1, -1, 1)


def _put(picture: np.ndarray, thing: Thing, centre: tuple[float, float], *, image_size: int, draw: np.random.Generator) -> None:
    across, down = _positions(image_size)
    x0, y0 = (where + draw.uniform(-SHIFT, SHIFT) for where in centre)
    radius = RADII[thing.size] * (1 + draw.uniform(-GROWTH, GROWTH))
    turn = draw.uniform(-TURN, TURN)
    x, y = across - x0, down - y0
    turned = math.cos(turn) * x + math.sin(turn) * y, math.cos(turn) * y - math.sin(turn) * x
    distance = SHAPES[thing.shape](*turned, radius)
    # The share of a pixel that lies inside, from the distance of its middle in pixels.
    body = np.clip(0.5 - distance * image_size, 0, 1).astype(np.float32)
    core = np.clip(0.5 - (distance + OUTLINE) * image_size, 0, 1).astype(np.float32)
    colour = np.array(_tinted(COLOURS[thing.colour], draw), dtype=np.float32)[:, None, None]
    filled = colour * (OUTLINE_SHADE + (1 - OUTLINE_SHADE) * core)
    picture += body * (filled - picture)


def _circle(x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    return np.hypot(x, y) - radius


def _ring(x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    return np.abs(np.hypot(x, y) - 0.75 * radius) - 0.28 * radius


def _square(x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    return np.maximum(np.abs(x), np.abs(y)) - 0.86 * radius


def _cross(x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    longer, shorter = np.maximum(np.abs(x), np.abs(y)), np.minimum(np.abs(x), np.abs(y))
    return np.maximum(longer - radius, shorter - 0.33 * radius)


def _triangle(x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    """Standing on a side, around the middle of its height."""
    slope = math.sqrt(3) / 2
    return np.maximum(y - 0.8 * radius, slope * np.abs(x) - 0.5 * y - 0.55 * radius)


def _star(x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    """Five points, the first one up: in each fifth, the distance from the line between a point and the notch beside it."""
    points, notch = 5, 0.45
    around = np.arctan2(x, -y)
    fold = np.abs((around + math.pi / points) % (2 * math.pi / points) - math.pi / points)
    distance = np.hypot(x, y)
    along, aside = distance * np.cos(fold), distance * np.sin(fold)
    tip, inner = 1.12 * radius, 1.12 * radius * notch
    end = inner * math.cos(math.pi / points), inner * math.sin(math.pi / points)
    length = math.hypot(end[0] - tip, end[1])
    return (end[1] * (along - tip) - (end[0] - tip) * aside) / length


SHAPES: Mapping[Shape, Callable[[np.ndarray, np.ndarray, float], np.ndarray]] = {
    "circle": _circle, "square": _square, "triangle": _triangle, "star": _star, "cross": _cross, "ring": _ring
}  # fmt: skip


def _tinted(colour: tuple[int, int, int], draw: np.random.Generator) -> np.ndarray:
    return np.clip(np.array(colour) + draw.uniform(-TINT, TINT, 3), 0, 255)


@lru_cache(maxsize=4)
def _positions(image_size: int) -> tuple[np.ndarray, np.ndarray]:
    """The middles of the pixels, from 0 to 1: across and down."""
    middles = (np.arange(image_size) + 0.5) / image_size
    return np.meshgrid(middles, middles)
