"""What text-conditional images are judged on: a picture, what is said of it, and how an encoder reads that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import overload

from sparring import DataError
from sparring_captions.caption_embeddings import Text
from sparring_captions.shown_pictures import ShownPictures
from sparring_vision import ImageExample


@dataclass(frozen=True, kw_only=True)
class CaptionedExample(ImageExample):
    """One real picture and its captions. Captions of examples of another `label` do not describe it; `attributes` are those of scenes."""

    captions: tuple[str, ...]
    attributes: Mapping[str, int] | None = None
    load_text: Callable[[], Text] | None = None

    @property
    def text(self) -> Text:
        """The embedding of the first caption; where embeddings came from files, the mean of them. Raises `DataError` without encoder."""
        if self.load_text is None:
            raise DataError(f"example {self.name!r} has captions and no embedding of them: take the data 'captioned-images'")
        return self.load_text()


class CaptionedExamples(Sequence[CaptionedExample]):
    """The examples of a split, each made when asked for; `text` gives their embeddings by number."""

    def __init__(self, shown: ShownPictures, text: Callable[[int], Text] | None = None) -> None:
        self.shown, self.text = shown, text

    def __len__(self) -> int:
        return len(self.shown)

    @overload
    def __getitem__(self, index: int) -> CaptionedExample: ...

    @overload
    def __getitem__(self, index: slice) -> list[CaptionedExample]: ...

    def __getitem__(self, index: int | slice) -> CaptionedExample | list[CaptionedExample]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number, pictures = range(len(self))[index], self.shown.pictures
        return CaptionedExample(
            pictures.name(number),
            conditions=pictures.conditions(number),
            label=int(pictures.labels[number]),
            load=partial(self.shown.whole, number),
            captions=pictures.captions(number),
            attributes=pictures.attributes(number),
            load_text=None if self.text is None else partial(self.text, number),
        )
