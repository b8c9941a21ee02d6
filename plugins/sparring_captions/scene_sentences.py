"""Sentences about scenes: several ways to say the same, each of which names everything that can be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sparring_captions.scene import Place, Scene, Thing

SIZES: Mapping[str, tuple[str, ...]] = {"small": ("small", "little", "tiny"), "large": ("large", "big", "huge")}
ON: Mapping[str, tuple[str, ...]] = {
    "grey": ("on a grey background", "on grey", "over a grey ground"),
    "sand": ("on a sand background", "on sand", "over a sand-coloured ground"),
    "sky": ("on a sky blue background", "on sky blue", "over a sky-coloured ground"),
    "mint": ("on a mint background", "on mint", "over a mint-coloured ground"),
}
AT: Mapping[Place, tuple[str, ...]] = {
    "centre": ("in the centre", "in the middle"),
    "top": ("at the top", "near the upper edge"),
    "bottom": ("at the bottom", "near the lower edge"),
    "left": ("on the left", "near the left edge"),
    "right": ("on the right", "near the right edge"),
    "top left": ("at the top left", "in the upper left corner"),
    "top right": ("at the top right", "in the upper right corner"),
    "bottom left": ("at the bottom left", "in the lower left corner"),
    "bottom right": ("at the bottom right", "in the lower right corner"),
}
# From the first object to the second one, and back.
RELATIONS: Mapping[Place, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "one above the other": (("above", "over"), ("below", "under")),
    "side by side": (("to the left of", "left of"), ("to the right of", "right of")),
}


def sentence(scene: Scene, draw: np.random.Generator) -> str:
    """One sentence about the scene, in one of the ways to say it: "a small red circle above a blue square …"."""
    on = _one(ON[scene.background], draw)
    if scene.second is None:
        at, thing = _one(AT[scene.place], draw), _thing(scene.first, draw)
        return _one((f"{thing} {at} {on}", f"{at} there is {thing} {on}", f"{on}, {thing} {at}", f"{thing} is {at}, {on}"), draw)
    forth, back = RELATIONS[scene.place]
    first, second = _thing(scene.first, draw), _thing(scene.second, draw)
    said = _one((f"{first} {_one(forth, draw)} {second}", f"{second} {_one(back, draw)} {first}"), draw)
    return _one((f"{said} {on}", f"there is {said}, {on}", f"{on}, {said}"), draw)


def _thing(thing: Thing, draw: np.random.Generator) -> str:
    size = _one(SIZES[thing.size], draw)
    described = f"{size} {thing.colour} {thing.shape}"
    article = "an" if described[0] in "aeio" else "a"
    return _one((f"{article} {described}", f"{article} {described}", f"a {thing.shape} that is {size} and {thing.colour}"), draw)


def _one(choices: Sequence[str], draw: np.random.Generator) -> str:
    return choices[int(draw.integers(len(choices)))]
