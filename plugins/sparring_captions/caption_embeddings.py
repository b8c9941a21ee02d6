"""The embeddings of all captions of some pictures, in one tensor."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from sparring import cache_file, keep_tensors, progress_bar, read_tensors
from sparring_captions.text_encoder import Embeddings, TextEncoder

Text = Float[Tensor, " width"]

AT_ONCE = 512


class CaptionEmbeddings:
    """The rows `rows[starts[n]:starts[n + 1]]` of `table`, (embeddings, width), are those of the captions of picture n."""

    def __init__(self, table: Embeddings, *, rows: np.ndarray, starts: np.ndarray) -> None:
        self.table, self.rows, self.starts = table, rows, starts

    @property
    def width(self) -> int:
        return self.table.shape[1]

    def of(self, number: int) -> Embeddings:
        """The embeddings of the captions of a picture, in their order."""
        return self.table[torch.from_numpy(self.rows[self.starts[number] : self.starts[number + 1]])]

    def first(self, number: int) -> Text:
        """The embedding of a picture's first caption."""
        return self.table[int(self.rows[self.starts[number]])]

    def mean(self, number: int) -> Text:
        """The mean of the embeddings of all captions of a picture."""
        return self.of(number).mean(dim=0)

    def drawn(self, number: int, count: int, draw: np.random.Generator) -> Text:
        """The mean of the embeddings of so many captions of a picture, no caption twice; of all of them, where it has fewer."""
        start, end = self.starts[number], self.starts[number + 1]
        if count == 1:
            return self.table[int(self.rows[int(draw.integers(start, end))])]
        rows = self.rows[start + draw.permutation(end - start)[:count]]
        return self.table[torch.from_numpy(rows)].mean(dim=0)


def stored(embeddings: Sequence[Tensor]) -> CaptionEmbeddings:
    """Those that were encoded elsewhere, (captions, width) for each picture."""
    counts = [len(one) for one in embeddings]
    return CaptionEmbeddings(torch.cat(list(embeddings)), rows=np.arange(sum(counts)), starts=np.cumsum([0, *counts]))


def encoded(encoder: TextEncoder, captions: Sequence[tuple[str, ...]]) -> CaptionEmbeddings:
    """The captions of each picture through the encoder, each sentence once; kept in the cache, where the next run finds them."""
    flat = [caption for some in captions for caption in some]
    number_of = {caption: number for number, caption in enumerate(dict.fromkeys(flat))}
    rows = np.fromiter((number_of[caption] for caption in flat), dtype=np.int64, count=len(flat))
    return CaptionEmbeddings(_table(encoder, list(number_of)), rows=rows, starts=np.cumsum([0, *map(len, captions)]))


def _table(encoder: TextEncoder, captions: Sequence[str]) -> Embeddings:
    path = cache_file("captions", encoder.identity(), sha256("\n".join(captions).encode()).hexdigest())
    kept = read_tensors(path)
    if kept is None:
        table = torch.empty(len(captions), encoder.width)
        bar = progress_bar(total=len(captions), desc="encoding captions", unit="caption", leave=False)
        with bar:
            for start in range(0, len(captions), AT_ONCE):
                some = captions[start : start + AT_ONCE]
                table[start : start + AT_ONCE] = encoder.encode(some)
                bar.update(len(some))
        kept = keep_tensors(path, {"embeddings": table})
    return kept.tensors["embeddings"]
