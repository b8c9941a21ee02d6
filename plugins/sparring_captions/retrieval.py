"""Whether an image's own caption is found among others, by a matcher of images and captions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

from sparring import Data, DataError, Example, Metric, Split, load, progress_bar
from sparring_captions.other_examples import others_of
from sparring_captions.scene_attributes import SceneAttributes
from sparring_captions.scene_text_encoder import SceneTextEncoder
from sparring_captions.text_encoder import Embeddings
from sparring_vision import hash_of_weights

CAPTIONS = 100
AT_ONCE = 256
SPLITS: tuple[Split, ...] = ("test", "validation")


class RetrievalPrecision(Metric):
    """R-precision: 100 where an image fits its own caption better than it fits 99 captions of other classes, else 0.

    Fitting is the inner product of embeddings. An example's caption is its first one; which others there are depends on its name and
    draw alone. Where fewer than 99 examples are of other classes, it is found among all of those. `matcher`: a run of the task
    `text-image-matching` on such images; without it, for scenes, the checker of their attributes and the text encoder of the plugin.
    Images are averaged to the size that the matcher learned from.

    Source: Xu et al. 2018, AttnGAN, section 4, whose matcher is another one.
    """

    unit: ClassVar[str] = "%"
    decimals: ClassVar[int] = 1

    def __init__(self, *, matcher: Path | None = None) -> None:
        self.matcher = matcher
        self._networks: Mapping[str, Any] = {}
        self._data: Data | None = None
        self._examples: Mapping[Split, Sequence[Example]] = {}
        self._numbers: Mapping[str, tuple[Split, int]] = {}
        self._texts: dict[Split, Embeddings] = {}

    def prepare(self, data: Data) -> None:
        """Open the matcher and look at which examples there are; the captions of a split are encoded when its first image is judged.

        Raises `DataError` if the run is no matcher, and for other images than scenes without one.
        """
        if data is self._data:
            return
        self._examples = {split: data.examples(split) for split in SPLITS}
        if self.matcher is None and getattr(data.examples("train")[0], "attributes", None) is None:
            raise DataError(
                "the metric 'retrieval-precision' needs `matcher: RUN`, a run of the task 'text-image-matching' on these data: "
                "the encoders that come with the plugin know scenes alone"
            )
        self._networks = self._networks or self.networks()
        self._numbers = {one.name: (split, n) for split in SPLITS for n, one in enumerate(self._examples[split])}
        self._texts, self._data = {}, data

    def score(self, output: Any, example: Example) -> float:
        """Of an image (channels, size, size) in [-1, 1]. Raises `DataError` for one that is not finite."""
        if not output.isfinite().all():
            raise DataError(f"what became of {example.name!r} holds NaN or infinity: the network that made it has diverged")
        split, own = self._numbers[example.name]
        others = list(islice(others_of(example, self._examples[split]), CAPTIONS - 1))
        if not others:
            return math.nan
        fits = self._encoded(split)[[own, *others]] @ self._embedding(output)
        return 100.0 * bool(fits[0] > fits[1:].max())

    def protocol(self) -> Mapping[str, str]:
        """The matcher, the hashes of its weights, and among how many captions the right one is sought."""
        return {
            "matcher": "encoders of scenes" if self.matcher is None else str(self.matcher),
            **{f"weights of {name}": hash_of_weights(network) for name, network in sorted(self._networks.items())},
            "captions": f"{CAPTIONS} of different classes, or as many as there are",
        }

    def networks(self) -> Mapping[str, nn.Module]:
        """`image_encoder` and `text_encoder` of the matcher, on the CPU. Raises `DataError` for a run without them."""
        if self.matcher is None:
            return {"image_encoder": SceneAttributes(mixed=True), "text_encoder": SceneTextEncoder()}
        networks = load(self.matcher, device=torch.device("cpu")).trained.networks
        if absent := sorted({"image_encoder", "text_encoder"} - set(networks)):
            raise DataError(f"{self.matcher}: has no network {absent[0]!r}: give a run of the task 'text-image-matching'")
        return {name: networks[name] for name in ("image_encoder", "text_encoder")}

    def _encoded(self, split: Split) -> Embeddings:
        if split not in self._texts:
            examples: Any = self._examples[split]
            starts = progress_bar(iterable=range(0, len(examples), AT_ONCE), desc=f"encoding {split} captions", unit="batch", leave=False)
            encoder = self._networks["text_encoder"]
            chunks = [[one.captions[0] for one in examples[start : start + AT_ONCE]] for start in starts]
            self._texts[split] = torch.cat([encoder.encode(chunk) for chunk in chunks])
        return self._texts[split]

    @torch.no_grad()
    def _embedding(self, image: Tensor) -> Tensor:
        encoder = self._networks["image_encoder"]
        fitting = F.adaptive_avg_pool2d(rearrange(image.cpu().float(), "c h w -> 1 c h w"), encoder.image_size)
        return rearrange(encoder(fitting), "1 width -> width")
