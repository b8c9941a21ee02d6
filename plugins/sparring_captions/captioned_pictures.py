"""Pictures with what is said of them: the one face that every source of captioned images has."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence

from torch import Tensor

from sparring_vision import Pictures


class CaptionedPictures(Pictures):
    """One split of a source. Captions of pictures of another label do not describe a picture."""

    @abstractmethod
    def captions(self, number: int) -> tuple[str, ...]:
        """What is said of the picture, at least one sentence."""

    def near_captions(self, number: int) -> tuple[str, ...]:
        """Sentences that are wrong about the picture in one thing only; none where nobody can tell."""
        return ()

    def conditions(self, number: int) -> Mapping[str, str]:
        """What sets the picture apart in tables of scores."""
        return {}

    def attributes(self, number: int) -> Mapping[str, int] | None:
        """The values of `scene.ATTRIBUTES` by number, None for anything but scenes."""
        return None

    def embeddings(self) -> Sequence[Tensor] | None:
        """Of each picture the embeddings (captions, width) that lie beside it, None where there are none. Raises `DataError`."""
        return None


def all_captions(pictures: CaptionedPictures) -> Iterator[str]:
    """The captions of all pictures, one after the other."""
    return (caption for number in range(len(pictures)) for caption in pictures.captions(number))


def unreadable(pictures: CaptionedPictures, refuses: Callable[[str], str]) -> list[str]:
    """A sentence for each picture of which no caption can be read, as `TextEncoder.refuses` says."""
    found = []
    for number in range(len(pictures)):
        reasons = [refuses(caption) for caption in pictures.captions(number)]
        if all(reasons):
            found.append(f"{pictures.name(number)}: no caption of it can be read: {reasons[0]}.")
    return found
