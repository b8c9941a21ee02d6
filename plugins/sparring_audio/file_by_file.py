"""Files and folders of recordings, worked through one by one, shared out among processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from sparring import DataError, Report, gather, progress_bar, share
from sparring_audio.destinations import Destination, destinations, reason

BAR = "{l_bar}{bar}| {n:.0f}/{total:.0f} s of audio [{elapsed}<{remaining}]"

Advance = Callable[[float], object]


def each_file(
    inputs: Sequence[str | Path], output: Path, work: Callable[[Destination, Advance], None], *, format: str | None = None
) -> Report:
    """Do `work` for every audio file among the inputs and in their folders, whose tree is kept below `output`.

    `work` is told where its file goes (in the format of its recording, or in `format`), and says by its second argument how many
    seconds of audio it has done. What raises `DataError` is named in the report, and the rest is done. Every process returns the whole
    report. Raises `RecipeError` if an output would overwrite an input or another output.
    """
    unusable, mine = Report(), Report()
    planned = share(destinations(inputs, output, unusable, format=format))
    seconds = sum(entry.source.seconds for entry in planned)
    with progress_bar(total=round(seconds, 1), unit="s", bar_format=BAR) as bar:
        for number, entry in enumerate(planned, start=1):
            bar.set_description(f"file {number} of {len(planned)}")
            try:
                work(entry, bar.update)
            except DataError as error:
                mine.skipped.append((str(entry.source.path), reason(entry.source.path, error)))
            else:
                mine.written.append(entry.path)
    report = whole_report(mine)
    return Report(report.written, sorted(unusable.skipped + report.skipped))


def whole_report(mine: Report) -> Report:
    """What all processes wrote and skipped together, sorted, from what this one did of a job that they shared."""
    parts = gather({"written": [str(path) for path in mine.written], "skipped": mine.skipped})
    written = sorted(Path(path) for part in parts for path in part["written"])
    return Report(written, sorted((name, why) for part in parts for name, why in part["skipped"]))
