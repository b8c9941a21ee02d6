"""Captioned pictures as networks see them: of one size, kept in memory, and in training perhaps cropped and mirrored at random."""

from __future__ import annotations

import numpy as np

from sparring_captions.captioned_pictures import CaptionedPictures
from sparring_vision import KeptPictures, Picture

# Pictures are made this much larger than what is cropped out of them: 76 for 64 (Reed et al. 2016).
LARGER = 76 / 64


class ShownPictures:
    """A split in colour at (3, image_size, image_size); `augment` says whether training sees random crops and mirror images."""

    def __init__(self, pictures: CaptionedPictures, *, image_size: int, augment: bool) -> None:
        self.pictures, self.image_size, self.augment = pictures, image_size, augment
        self.kept = KeptPictures(pictures, image_size=round(image_size * LARGER) if augment else image_size, channels=3)
        self.margin = self.kept.image_size - image_size

    def __len__(self) -> int:
        return len(self.pictures)

    def whole(self, number: int) -> Picture:
        """The picture as it is judged: of the size of those in training, cropped to its middle where they are cropped."""
        return self._cropped(number, self.margin // 2, self.margin // 2)

    def drawn(self, number: int, draw: np.random.Generator) -> Picture:
        """The picture as training sees it, with every random choice from `draw`."""
        if not self.augment:
            return self.kept.image(number)
        down, right, mirrored = draw.integers([self.margin + 1, self.margin + 1, 2]).tolist()
        picture = self._cropped(number, down, right)
        return picture.flip(-1) if mirrored else picture

    def _cropped(self, number: int, down: int, right: int) -> Picture:
        return self.kept.image(number)[:, down : down + self.image_size, right : right + self.image_size]
