"""The loss that brings images and their captions together."""

from __future__ import annotations

from einops import einsum, reduce
from jaxtyping import Float, Int
from torch import Tensor

from sparring import GameError, Loss, global_rows

MARGIN = 1.0
Embedding = Float[Tensor, "batch _"]


class StructuredJointEmbedding(Loss):
    """A caption shall fit its image better than captions of other labels do, and an image its caption better than images of other labels.

    Better by 1; where a sample has several labels (the attributes of a scene), by the number of those in which the two differ, which makes
    each of them tell, and not only those that tell most (the loss Δ of structured prediction: Tsochantaridis et al. 2005).

    How well they fit is the inner product of their embeddings, times `scale` (published: 1; the inverse root of the width keeps wide
    embeddings from starting with huge losses). max(0, Δ + other - own) is averaged over all pairs of the batch, of which those of the
    same labels count 0, and both directions are added, as in the authors' code. Of several processes, the pairs are those of the
    global batch.

    Reed et al. 2016, "Learning Deep Representations of Fine-Grained Visual Descriptions" (arXiv 1605.05395), eq. 3 to 5, where each
    batch has every label once. Raises `GameError` for embeddings of two widths.
    """

    def __init__(self, *, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = positive(scale)

    def forward(self, image: Embedding, text: Embedding, labels: Int[Tensor, "batch kinds"]) -> Float[Tensor, ""]:
        if image.shape[1] != text.shape[1]:
            raise GameError(
                f"image embeddings of {image.shape[1]} and text embeddings of {text.shape[1]} numbers cannot be compared: "
                "give both encoders the same 'width'"
            )
        # Labels travel between processes as floats.
        images, texts, kinds = global_rows(image), global_rows(text), global_rows(labels.double()).round()
        fit = self.scale * images @ texts.T
        own = fit.diagonal()
        differing = reduce((kinds[:, None] != kinds[None, :]).to(fit), "one other kinds -> one other", "sum")
        of_captions = (MARGIN * differing + fit - own[:, None]).relu()
        of_images = (MARGIN * differing + fit - own[None, :]).relu()
        return ((of_captions + of_images) * (differing > 0)).mean()


class MismatchMargin(Loss):
    """An image's caption shall fit it better, by 1, than a certain other one that does not describe it: max(0, 1 + other - own), a mean.

    Fit is measured as in `StructuredJointEmbedding`, of whose hinge this is one pair: with captions that are wrong in one thing only,
    which few of a batch are, the embeddings have to tell all things apart.
    """

    def __init__(self, *, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = positive(scale)

    def forward(self, image: Embedding, text: Embedding, mismatched: Embedding) -> Float[Tensor, ""]:
        own, other = (einsum(image, one, "batch width, batch width -> batch") for one in (text, mismatched))
        return (MARGIN + self.scale * (other - own)).relu().mean()


def positive(scale: float) -> float:
    if scale <= 0:
        raise ValueError(f"a scale of {scale:g} makes nothing fit better than anything else: take a positive number")
    return scale
