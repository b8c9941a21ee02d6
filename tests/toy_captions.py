"""Small sets of captioned images in the layouts in which they are published, and an encoder that needs no training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import torch

from sparring_captions.text_encoder import Embeddings, TextEncoder

BIRDS = ("001.Albatross", "002.Auklet", "003.Crow")


class CountingEncoder(TextEncoder):
    """How often each of ten letters is in a caption, times a weight; `asked` is how many captions it was given."""

    width = 10

    def __init__(self, weight: float = 1.0) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor(weight))
        self.asked = 0

    @torch.no_grad()
    def encode(self, captions: Sequence[str]) -> Embeddings:
        self.asked += len(captions)
        return self.weight * torch.tensor([[float(caption.count(letter)) for letter in "abcdeilnor"] for caption in captions])

    def unread(self, caption: str) -> str:
        return ""

    def refuses(self, caption: str) -> str:
        return "" if caption.isascii() else "it is not in English"

    def identity(self) -> str:
        return f"counting {self.weight.tolist()}"


def put(path: Path, *, size: tuple[int, int] = (12, 10)) -> Path:
    """A picture of a colour that its name decides."""
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.new("RGB", size, tuple(np.random.default_rng(sum(map(ord, path.name))).integers(0, 256, 3).tolist())).save(path)
    return path


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def folder(root: Path, captions: Mapping[str, Sequence[str]]) -> Path:
    """Images by name with their captions beside them."""
    for name, lines in captions.items():
        write(put(root / name).with_suffix(".txt"), *lines)
    return root


def birds(root: Path, *, each: int = 4, texts: str = "text_c10", lists: str = ".") -> Path:
    """The last of three classes is for the test. Birds are in the middle of 40 x 20 pixels, in boxes of 8 x 4."""
    names = [f"{kind}/{kind[4:]}_{number:04d}.jpg" for kind in BIRDS for number in range(each)]
    for name in names:
        put(root / "CUB_200_2011" / "images" / name, size=(40, 20))
        write((root / texts / name).with_suffix(".txt"), *(f"caption {line} of {Path(name).stem}" for line in range(2)))
    write(root / "CUB_200_2011" / "images.txt", *(f"{number} {name}" for number, name in enumerate(names, start=1)))
    write(root / "CUB_200_2011" / "bounding_boxes.txt", *(f"{number} 16.0 8.0 8.0 4.0" for number in range(1, len(names) + 1)))
    write(root / lists / "trainvalclasses.txt", *BIRDS[:2])
    write(root / lists / "testclasses.txt", BIRDS[2])
    return root
