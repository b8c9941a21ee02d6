"""What image systems are judged on: a picture, and its class where there are classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from sparring import Example

Picture = Float[Tensor, "channels height width"]


@dataclass(frozen=True, kw_only=True)
class ImageExample(Example):
    """One real picture. `label` is the number of its class, None where there are no classes; the picture is loaded when asked for."""

    label: int | None = None
    load: Callable[[], Picture]

    @property
    def image(self) -> Picture:
        """(channels, size, size), in [-1, 1]. Raises `DataError`, naming the file, if it cannot be read."""
        return self.load()
