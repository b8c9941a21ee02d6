"""A loss that makes an embedding of a sentence name what a scene is made of."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from sparring import GameError, Loss
from sparring_captions.scene import ATTRIBUTES

VALUES = [len(values) for values in ATTRIBUTES.values()]


class AttributeNaming(Loss):
    """Mean of -log p(value) over the attributes of scenes, in nats: the 50 numbers of an embedding are taken for the logits of all values.

    For text encoders whose counterpart is `scene-attributes`. The margins of `structured-joint-embedding` are soon kept by naming what
    there is; this one is not content before it is said which of two objects is which. Raises `GameError` for other embeddings and data.
    """

    def forward(self, embedding: Float[Tensor, "batch width"], labels: Int[Tensor, "batch kinds"]) -> Float[Tensor, ""]:
        if embedding.shape[1] != sum(VALUES) or labels.shape[1] != len(VALUES):
            raise GameError(
                f"naming attributes is for drawn scenes and embeddings of {sum(VALUES)} numbers, not for {embedding.shape[1]} numbers and "
                f"{labels.shape[1]} labels: leave the term out"
            )
        said = zip(embedding.split(VALUES, dim=1), labels.unbind(dim=1), strict=True)
        return torch.stack([cross_entropy(logits, value) for logits, value in said]).mean()
