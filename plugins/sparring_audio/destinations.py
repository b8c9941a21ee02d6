"""Where the files made of recordings go: one for every input, under names that nothing else has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import soundfile

from sparring import DataError, RecipeError, Report
from sparring_audio.reading import AudioInfo, audio_files, info

# Suffixes that name a container without being its name.
CONTAINERS = {".aif": ".aiff", ".aifc": ".aiff", ".oga": ".ogg", ".opus": ".ogg"}


@dataclass(frozen=True)
class Destination:
    """A recording, where what is made of it goes, and the coding of its samples there (None: the format's usual one)."""

    source: AudioInfo
    path: Path
    subtype: str | None


def destinations(inputs: Sequence[str | Path], output: Path, report: Report, *, format: str | None) -> list[Destination]:
    """One for every audio file among the inputs and in their folders, whose tree is kept below `output`; what cannot be read goes to the
    report.

    A single input file may have a file as its output. Raises `RecipeError`, for whoever wrote the command, if a file would be written
    over an input or over another one.
    """
    found = [entry for given in inputs for entry in _files(Path(given), report)]
    to_file = (
        format is None
        and len(inputs) == 1
        and Path(inputs[0]).is_file()
        and f"{output.suffix[1:]}".upper() in soundfile.available_formats()
    )
    planned: list[Destination] = []
    for path, below in found:
        try:
            source = info(path)
        except DataError as error:
            report.skipped.append((str(path), reason(path, error)))
            continue
        suffix = (
            output.suffix if to_file else f".{format.lstrip('.').lower()}" if format else CONTAINERS.get(path.suffix.lower(), path.suffix)
        )
        target = output if to_file else output / below.with_suffix(suffix)
        kind = suffix[1:].upper()
        subtype = source.subtype if soundfile.check_format(kind, source.subtype) else None
        planned.append(Destination(source, target, subtype))
    refuse_overwriting([(entry.source.path, entry.path) for entry in planned])
    return planned


def reason(path: Path, error: DataError) -> str:
    """What is wrong with a file, without its name, which stands before it in a report."""
    return str(error).removeprefix(f"{path}: ")


def refuse_overwriting(planned: Sequence[tuple[Path, Path]]) -> None:
    """Raises `RecipeError` if one of these pairs (source, target) would be written over a source, where another one is, or below a file."""
    sources = {source.resolve() for source, _ in planned}
    targets = Counter(target.resolve() for _, target in planned)
    faults = [f"{source}: would be overwritten: choose another output folder" for source, target in planned if target.resolve() in sources]
    for clashed in (target for target, count in targets.items() if count > 1):
        clashing = " and ".join(str(source) for source, target in planned if target.resolve() == clashed)
        faults.append(f"{clashed}: would be written for {clashing}: give them in two goes, with two output folders")
    faults += [
        f"{file}: is a file, and what is made would be written below it: choose another output folder"
        for file in {parent: None for _, target in planned for parent in target.parents if parent.is_file()}
    ]
    if faults:
        raise RecipeError("\n".join(faults))


def _files(given: Path, report: Report) -> list[tuple[Path, Path]]:
    """Every audio file of an input, and its path below it."""
    if not given.is_dir():
        return [(given, Path(given.name))]
    try:
        return [(path, path.relative_to(given)) for path in audio_files(given)]
    except DataError as error:
        report.skipped.append((str(given), reason(given, error)))
        return []
