"""Feature files through a post-filter: which ones, and where they go."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sparring import DataError, RecipeError, Report, progress_bar, share
from sparring_audio import reason, refuse_overwriting, whole_report
from sparring_postfilter.feature_files import FEATURE_SUFFIXES, RAW_SUFFIXES, Matrix, feature_files, read, write
from sparring_postfilter.trained_filter import TrainedFilter

MOST_DEVIATIONS = 5.0  # from the natural mean, that speech of any speaker stays within

log = logging.getLogger("sparring")


@dataclass(frozen=True)
class FeatureDestination:
    """A feature file, and where what is made of it goes."""

    source: Path
    path: Path


def feature_destinations(inputs: Sequence[str | Path], output: Path) -> list[FeatureDestination]:
    """One for every feature file among the inputs and in their folders, whose tree is kept below `output`.

    A single input file may have a file of its coding as its output. Raises `RecipeError`, for whoever wrote the command, if a file would
    be written over an input or over another one, or would get the suffix of another coding.
    """
    given = [Path(one) for one in inputs]
    if is_feature_file(output):
        bare = [path.suffix.lower() in RAW_SUFFIXES for path in (*given, output)]
        if len(given) != 1 or not is_feature_file(given[0]) or bare[0] != bare[1]:
            raise RecipeError(f"{output}: is only written for a single feature file of this coding: give an output folder")
        planned = [FeatureDestination(given[0], output)]
    else:
        below = [(path, path.relative_to(one)) for one in given if one.is_dir() for path in feature_files(one)]
        below += [(one, Path(one.name)) for one in given if is_feature_file(one)]
        planned = [FeatureDestination(path, output / name) for path, name in below]
    refuse_overwriting([(entry.source, entry.path) for entry in planned])
    return planned


def is_feature_file(path: Path) -> bool:
    """Whether a path names a feature file, whether or not there is one."""
    return path.suffix.lower() in FEATURE_SUFFIXES and not path.is_dir()


def filter_features(planned: Sequence[FeatureDestination], post_filter: TrainedFilter, *, seed: int) -> Report:
    """Filter feature files; what cannot be read or written is named in the report. Every process does a share and returns the whole
    report.
    """
    mine = Report()
    entries = share(list(planned))
    with progress_bar(total=len(entries), unit="file") as bar:
        for entry in entries:
            try:
                write(entry.path, filtered_file(entry.source, post_filter, seed=seed), entry.source)
            except DataError as error:
                mine.skipped.append((str(entry.source), reason(entry.source, error)))
            else:
                mine.written.append(entry.path)
            bar.update()
    return whole_report(mine)


def filtered_file(path: Path, post_filter: TrainedFilter, *, seed: int) -> Matrix:
    """A file of the run's features, filtered; what no network sees (c0, the bin at half the rate) is as it was, and so is silence.

    A warning says so where they are unlike all that the run has learned from: bare numbers of another order cannot be told otherwise.
    """
    kept = post_filter.features
    columns = read(path, kept.columns, kind=kept.kind)
    features = kept.from_columns(columns)
    away = np.sqrt(np.square(post_filter.scale.normalised(features)).mean(axis=0)).max()
    if away > MOST_DEVIATIONS:
        wanted = f"{kept.kind} in {kept.columns} columns, of {kept.sample_rate_hz} Hz, every {kept.frame_seconds:g} seconds"
        log.warning("%s: is up to %.0f deviations away from what this run learned from: are these %s?", path, away, wanted)
    return kept.into_columns(post_filter(features, seed=seed), columns)
