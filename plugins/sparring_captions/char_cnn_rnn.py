"""The char-CNN-RNN: characters through convolutions and a simple recurrence into one embedding."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import torch
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from sparring_captions.alphabet import ALPHABET, CHARACTERS, refuses, tokens, unread
from sparring_captions.text_encoder import Embeddings, TextEncoder

KERNEL, POOLED = 4, 3
FEWEST = 48  # characters, of which the convolutions leave one step: ((48 - 3) / 3 - 3) / 3 - 3
BATCH = 64
REMEMBERED = 0.9


class CharCnnRnn(TextEncoder):
    """Three convolutions over one-hot characters, max pooling after the first two, a simple recurrence, its mean over time, a linear layer.

    `characters` of a caption are read, `widths` are the channels of the convolutions and `width` that of the embedding. Everything is
    rectified, the recurrence too. With 201 characters it takes 18 steps. Convolutions start as He et al. 2015 have it, where the first one
    counts the characters that it sees and not the symbols that they could be; recurrent weights start at 0.9 times the identity (Le,
    Jaitly, Hinton 2015). From small random numbers, as in the authors' code, small encoders take five times as long to tell words apart.

    Raises `ValueError` for captions shorter than the convolutions reach over. Source: Reed et al. 2016, "Learning Deep Representations
    of Fine-Grained Visual Descriptions", section 3, and the code of "Generative Adversarial Text to Image Synthesis" (arXiv 1605.05396).
    """

    def __init__(self, *, characters: int = CHARACTERS, widths: tuple[int, int, int] = (384, 512, 256), width: int = 1024) -> None:
        super().__init__()
        if characters < FEWEST:
            raise ValueError(f"{characters} characters are too few for three convolutions and two poolings: take {FEWEST} or more")
        if min(*widths, width) < 1:
            raise ValueError(f"widths of {list(widths)} and an embedding of {width} leave a layer empty: take 1 or more of each")
        self.characters, self.width = characters, width
        first, second, last = widths
        self.convolutions = nn.Sequential(
            nn.Conv1d(len(ALPHABET), first, KERNEL),
            nn.ReLU(),
            nn.MaxPool1d(POOLED),
            nn.Conv1d(first, second, KERNEL),
            nn.ReLU(),
            nn.MaxPool1d(POOLED),
            nn.Conv1d(second, last, KERNEL),
            nn.ReLU(),
        )
        for number, layer in enumerate((self.convolutions[0], self.convolutions[3], self.convolutions[6])):
            nn.init.normal_(layer.weight, std=(2 / (KERNEL * layer.in_channels if number else KERNEL)) ** 0.5)  # type: ignore[arg-type, operator]
        self.recurrence = nn.RNN(last, last, nonlinearity="relu", batch_first=True)
        with torch.no_grad():
            self.recurrence.get_parameter("weight_hh_l0").copy_(REMEMBERED * torch.eye(last))
        self.out = nn.Linear(last, width)

    def forward(self, characters: Int[Tensor, "batch characters"]) -> Float[Tensor, "batch width"]:
        """The embeddings of captions as `tokens` gives them. A character that is none (0) is all zeros."""
        symbols = F.one_hot(characters, len(ALPHABET) + 1)[..., 1:].to(self.out.weight.dtype)
        seen = self.convolutions(rearrange(symbols, "batch characters symbols -> batch symbols characters"))
        states, _ = self.recurrence(rearrange(seen, "batch channels steps -> batch steps channels"))
        return self.out(states.mean(dim=1))

    def tokens(self, caption: str) -> Int[Tensor, " characters"]:
        """What `forward` reads of the caption: see `alphabet.tokens`."""
        return tokens(caption, self.characters)

    @torch.no_grad()
    def encode(self, captions: Sequence[str]) -> Embeddings:
        """As `TextEncoder.encode`; no layer here depends on the mode."""
        embeddings = torch.empty(len(captions), self.width)
        for start in range(0, len(captions), BATCH):
            characters = torch.stack([self.tokens(caption) for caption in captions[start : start + BATCH]])
            embeddings[start : start + BATCH] = self(characters.to(self.out.weight.device))
        return embeddings

    def unread(self, caption: str) -> str:
        return unread(caption, self.characters)

    def refuses(self, caption: str) -> str:
        return refuses(caption, self.characters)

    def identity(self) -> str:
        weights = b"".join(part.cpu().contiguous().numpy().tobytes() for part in self.state_dict().values())
        sizes = f"char-cnn-rnn {self.characters} {[tuple(part.shape) for part in self.state_dict().values()]} "
        return sha256(sizes.encode() + weights).hexdigest()[:16]
