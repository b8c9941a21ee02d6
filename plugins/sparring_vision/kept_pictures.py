"""Pictures that stay in memory once they are read, since an epoch comes back to them."""

from __future__ import annotations

import numpy as np
import torch

from sparring_vision.image_example import Picture
from sparring_vision.pictures import Channels, Pictures
from sparring_vision.pixels import from_pixels, to_pixels

MOST_BYTES = 256 * 2**20

# Looking the levels up takes a third of the time of working them out.
LEVELS = from_pixels(torch.arange(256, dtype=torch.uint8)).numpy()


class KeptPictures:
    """Pictures of one size. Their pixels are kept where all of them fit into 256 MiB, and read anew every time where they do not.

    A picture is read when it is first asked for, by each process for itself.
    """

    def __init__(self, pictures: Pictures, *, image_size: int, channels: Channels) -> None:
        self.pictures, self.image_size = pictures, image_size
        self.channels: Channels = channels
        self.labels = torch.from_numpy(pictures.labels.astype(np.int64))
        shape = (len(pictures), channels, image_size, image_size)
        small = int(np.prod(shape)) <= MOST_BYTES
        self._pixels = np.empty(shape, dtype=np.uint8) if small else None
        self._read = np.zeros(len(pictures), dtype=bool)

    def __len__(self) -> int:
        return len(self.pictures)

    def image(self, number: int) -> Picture:
        """(channels, image_size, image_size), in [-1, 1]. Raises `DataError`, naming the file, if it cannot be read."""
        if self._pixels is None:
            return self.pictures.read(number, image_size=self.image_size, channels=self.channels)
        if not self._read[number]:
            self._pixels[number] = to_pixels(self.pictures.read(number, image_size=self.image_size, channels=self.channels)).numpy()
            self._read[number] = True
        return torch.from_numpy(LEVELS.take(self._pixels[number]))
