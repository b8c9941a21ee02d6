"""An encoder and networks of a line or two: what a run that was trained on captions looks like to its applications."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
import torch
from torch import Tensor, nn

from sparring import Data, Example, Split, Trained
from sparring_captions.text_encoder import TextEncoder
from sparring_vision import ImageExample

SIZE = 4
WIDTH = 2
READ = 60
HELD_OUT = ("a red circle", "a blue square", "a small green star")


class LengthEncoder(TextEncoder):
    """Says how long a caption is and how many words it has, times weights; reads 60 characters, and nothing without a letter."""

    width = WIDTH

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.tensor([0.0, 0.0]))

    def encode(self, captions: Sequence[str]) -> Tensor:
        with torch.no_grad():
            return torch.tensor([[len(caption[:READ]) / 30, len(caption.split()) / 8] for caption in captions]) * self.weights

    def unread(self, caption: str) -> str:
        return f"only the first {READ} of {len(caption)} characters are read" if len(caption) > READ else ""

    def refuses(self, caption: str) -> str:
        return "" if any(character.isalpha() for character in caption) else "it has no letter"

    def identity(self) -> str:
        return "lengths"


class Generator(nn.Module):
    """Its first channel is the text, or the condition; its second and third one are the latent."""

    latent_shape = (2,)
    text_width = WIDTH

    def forward(self, latent: Tensor, text: Tensor) -> Tensor:
        said = text.repeat_interleave(SIZE // 2, dim=1)[:, None, None].expand(-1, 1, SIZE, SIZE)
        drawn = 0.4 * latent[:, :, None, None].expand(-1, 2, SIZE, SIZE)
        return torch.cat([said, drawn], dim=1)


class Conditioning(nn.Module):
    """The text, with a deviation of a quarter."""

    text_width = WIDTH

    def forward(self, text: Tensor) -> tuple[Tensor, Tensor]:
        return text, torch.full_like(text, 0.25).log()


class Overpainter(nn.Module):
    """A second stage: the first one's image twice as large, with the condition in its third channel."""

    def forward(self, image: Tensor, condition: Tensor) -> Tensor:
        larger = image.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
        larger[:, 2] = condition.repeat_interleave(SIZE, dim=1)[:, None]
        return larger


@dataclass(frozen=True, kw_only=True)
class ToyExample(ImageExample):
    captions: tuple[str, ...]
    text: Tensor


class Captioned(Data):
    """Three grey pictures with a caption each."""

    fields = ("real", "text")

    def __len__(self) -> int:
        return 1

    def sample(self, index: int, draw: object) -> dict[str, Tensor]:
        return {"real": torch.zeros(3, SIZE, SIZE), "text": torch.zeros(WIDTH)}

    def examples(self, split: Split) -> Sequence[Example]:
        return [example(caption) for caption in HELD_OUT]

    def fingerprint(self) -> str:
        return "captioned"

    def describe(self) -> str:
        return "three grey pictures"


def example(caption: str, *, draw: int = 0) -> ToyExample:
    return ToyExample(caption, draw=draw, load=lambda: torch.zeros(3, SIZE, SIZE), captions=(caption,), text=toy_text(caption))


def toy_text(caption: str) -> Tensor:
    """Its embedding by the run's encoder, whose weights are 0.5 and 1."""
    return torch.tensor([len(caption) / 60, len(caption.split()) / 8])


NETWORKS: Mapping[str, Callable[[], dict[str, nn.Module]]] = {
    "plain": lambda: {"generator": Generator()},
    "first stage": lambda: {"generator": Generator(), "conditioning": Conditioning()},
    "second stage": lambda: {
        "first_conditioning": Conditioning(), "first_generator": Generator(), "conditioning": Conditioning(), "generator": Overpainter()
    },
}  # fmt: skip


def trained_run(*, kind: str = "plain", reads: bool = True, words: str = "a\nand\nblue\ncircle\nred\nsquare") -> Trained:
    told: dict[str, Tensor] = {"words": torch.tensor(list(words.encode()), dtype=torch.uint8)} if words else {}
    weights = {"text_encoder.weights": torch.tensor([0.5, 1.0])} if reads else {}
    return Trained(
        NETWORKS[kind](), task={}, data={"text_encoder": LengthEncoder() if reads else None}, device=torch.device("cpu"),
        open_data=Captioned, statistics={**told, **weights},
    )  # fmt: skip


def pixels(path: Path) -> Tensor:
    """(height, width, 3), 0 to 255."""
    with PIL.Image.open(path) as picture:
        return torch.from_numpy(np.array(picture))


def cells(path: Path, *, columns: int, size: int = SIZE) -> list[list[Tensor]]:
    """The pictures of a grid, row by row."""
    grid, step = pixels(path), size + 2
    return [
        [grid[top : top + size, step * column : step * column + size] for column in range(columns)] for top in range(0, len(grid), step)
    ]
