"""Captions in files as embeddings in files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from sparring import Application, DataError, Example, RecipeError, Report, Trained, gather, progress_bar, share, whole_file
from sparring_captions.captions import read_captions
from sparring_captions.text_encoder import TextEncoder

SUFFIX = ".txt"


class EncodeCaptions(Application):
    """Turns captions into embeddings with the network `text_encoder` of a run."""

    inputs: ClassVar[str] = "text files of captions, or folders of them"

    def __init__(self, trained: Trained) -> None:
        super().__init__(trained)
        self._encoder: Any = trained.networks["text_encoder"]

    @property
    def encoder(self) -> TextEncoder:
        return self._encoder

    def apply(self, inputs: Sequence[str | Path], output: str | Path) -> Report:
        """Write the embeddings of the captions in each text file, one to a line, to OUTPUT/NAME.safetensors.

        It holds one tensor, `embeddings` (captions, width), float32, a row for each line that is not blank, in their order. Of folders
        it is every .txt file, and their tree is kept below `output`.

        A file that cannot be read or written, has no captions, or has one that the encoder can make nothing of, is named in the report.
        Raises `RecipeError` if two files would be written to one place.
        """
        files = _destinations(inputs, Path(output))
        written: list[str] = []
        skipped: list[tuple[str, str]] = []
        remarks: list[str] = []
        for source, target in progress_bar(iterable=share(files), unit="file"):
            try:
                captions = read_captions(source)
                self._check(captions)
                remarks += [f"{source}: {said}" for said in self._unread(captions)]
                written.append(str(_write(target, self.encoder.encode(captions))))
            except DataError as error:
                skipped.append((str(source), str(error).removeprefix(f"{source}: ")))  # the report names it already
        everyone = gather([written, skipped, remarks])
        report = Report(
            sorted(Path(path) for part in everyone for path in part[0]), [(name, why) for part in everyone for name, why in part[1]]
        )
        report.remarks += [said for part in everyone for said in part[2]]
        return report

    def answer(self, example: Example) -> Float[Tensor, " width"]:
        """The embedding of a held-out example's first caption."""
        return self.answers([example])[0]

    def answers(self, examples: Sequence[Example]) -> Sequence[Float[Tensor, " width"]]:
        """The same embeddings as `answer` gives, made together."""
        return list(self.encoder.encode([example.captions[0] for example in examples]))  # type: ignore[attr-defined]

    def _check(self, captions: Sequence[str]) -> None:
        for number, caption in enumerate(captions, start=1):
            if why := self.encoder.refuses(caption):
                raise DataError(f"caption {number} ({caption[:40]!r}): {why}")

    def _unread(self, captions: Sequence[str]) -> Iterator[str]:
        """The first caption that is not read whole, and how many more there are."""
        said = [(number, why) for number, caption in enumerate(captions, start=1) if (why := self.encoder.unread(caption))]
        if said:
            more = f" (and so with {len(said) - 1:,} more)" if len(said) > 1 else ""
            yield f"caption {said[0][0]}: {said[0][1]}{more}"


def _destinations(inputs: Sequence[str | Path], output: Path) -> list[tuple[Path, Path]]:
    """Each file, and where its embeddings go."""
    found: list[tuple[Path, Path]] = []
    for given in map(Path, inputs):
        inside = sorted(path for path in given.rglob(f"*{SUFFIX}") if path.is_file()) if given.is_dir() else [given]
        if not inside:
            raise RecipeError(f"{given}: has no {SUFFIX} files: give text files with one caption a line")
        root = given if given.is_dir() else given.parent
        found += [(path, (output / path.relative_to(root)).with_suffix(".safetensors")) for path in inside]
    sources: dict[Path, Path] = {}
    for source, target in found:
        if target in sources:
            raise RecipeError(f"{sources[target]} and {source} would both be written to {target}: give them one after the other")
        sources[target] = source
    return found


def _write(path: Path, embeddings: Tensor) -> Path:
    try:
        with whole_file(path) as draft:
            save_file({"embeddings": embeddings}, draft)
    except SafetensorError as error:
        raise DataError(f"{path}: the file cannot be written: {error}.") from error
    return path
