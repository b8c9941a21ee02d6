"""Learning what captions and images have in common: the game of which the text encoders of the other tasks come."""

from __future__ import annotations

from typing import ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from sparring import GameError, Task, tensor

Embedding = Float[Tensor, "batch width"]


class TextImageMatching(Task):
    """Images and captions as embeddings of one space (Reed et al. 2016, arXiv 1605.05395). One player learns both; there is no contest.

    `image_encoder(image)` and `text_encoder(characters)` give embeddings of one width. What makes them fit is the loss
    `structured-joint-embedding` of [image_embedding, text_embedding, labels]; `mismatch-margin` of [image_embedding, text_embedding,
    mismatched_text_embedding] adds captions that are wrong about this image, which are telling where they are nearly right.
    """

    applications: ClassVar[tuple[str, ...]] = ("encode-captions",)

    @tensor
    def image_embedding(self, image_encoder: nn.Module, real: Float[Tensor, "batch channels height width"]) -> Embedding:
        return image_encoder(real)

    @tensor
    def text_embedding(self, text_encoder: nn.Module, characters: Int[Tensor, "batch characters"]) -> Embedding:
        if not getattr(text_encoder, "kept", True):
            raise GameError("the text encoder is read from a folder as it is, and learns nothing here: take 'char-cnn-rnn'")
        return text_encoder(characters)

    @tensor
    def mismatched_text_embedding(self, text_encoder: nn.Module, mismatched_characters: Int[Tensor, "batch characters"]) -> Embedding:
        return text_encoder(mismatched_characters)
