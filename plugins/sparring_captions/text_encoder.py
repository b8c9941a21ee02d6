"""What every text encoder does: captions in, embeddings out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

Embeddings = Float[Tensor, "captions width"]


class TextEncoder(nn.Module, ABC):
    """A network that turns each caption into `width` numbers.

    `kept` says whether its weights go into every checkpoint of a run that uses it; if not, it is read from its own folder again.
    """

    width: int
    kept: ClassVar[bool] = True

    @abstractmethod
    def encode(self, captions: Sequence[str]) -> Embeddings:
        """The embeddings of any number of captions, float32 on the CPU, without gradients, as in evaluation mode.

        The embedding of a caption does not depend on the others beside it.
        """

    @abstractmethod
    def unread(self, caption: str) -> str:
        """What of the caption is not seen, as a sentence for people: "only the first 201 of 2,904 characters are read"; "" for nothing."""

    @abstractmethod
    def refuses(self, caption: str) -> str:
        """Why nothing can be drawn of the caption, for people: "it is empty"; "" if it can."""

    @abstractmethod
    def identity(self) -> str:
        """A short hash of its kind, sizes and weights: encoders of one identity give the same embeddings."""
