"""The features of recordings, worked out once by WORLD and kept on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from sparring import DataError, cache_file, gather, keep_tensors, progress_bar, read_tensors, share, world_size
from sparring_audio import content_hash, heard
from sparring_conversion.analysis_pool import Analyser, analyse_all, processors


@dataclass(frozen=True)
class Utterance:
    """What is kept of a recording without the silence around it: features as `Spectra.of` gives them, float32, and F0 in Hz."""

    path: Path
    features: Float[np.ndarray, "frames dims"]
    f0: Float[np.ndarray, " frames"]


def digests_of(paths: Sequence[Path]) -> dict[Path, str]:
    """A hash of the content of every file, which processes share out. Raises `DataError` for files that cannot be read."""
    found: list[tuple[str, str]] = []
    faults: list[str] = []
    for path in share(paths):
        try:
            found.append((str(path), content_hash(path)))
        except DataError as error:
            faults.append(str(error))
    _agree(faults)
    everyone = dict(entry for part in gather(found) for entry in part)
    return {path: everyone[str(path)] for path in paths}


def utterances_of(digests: Mapping[Path, str], analyser: Analyser) -> Iterator[Utterance]:
    """The features of recordings, given their hashes: from the cache, or else analysed on all processors, in all processes of a run.

    A file of the cache takes 4 bytes a number: 50 KB a recording as mel-cepstra, 1 MB as log spectra. Raises `DataError`, in every
    process, with all files that are damaged.
    """
    places = {path: cache_file("world-features", digest, analyser.key()) for path, digest in digests.items()}
    for mine in (share(list(places)), list(places)):  # the second time for what was kept on other machines
        _agree(_analyse([path for path in mine if not places[path].is_file()], places, analyser))
    for path, place in places.items():
        kept = read_tensors(place)
        if kept is None:  # the file was damaged, and is gone now
            _refuse(_analyse([path], places, analyser))
            kept = read_tensors(place)
            assert kept is not None
        yield Utterance(path, kept.tensors["features"].numpy(), kept.tensors["f0"].numpy())


def _analyse(paths: Sequence[Path], places: Mapping[Path, Path], analyser: Analyser) -> list[str]:
    """Keeps the analyses of these recordings; returns what is wrong with those that have none."""
    readable: list[Path] = []
    faults: list[str] = []

    def waves() -> Iterator[np.ndarray]:
        for path in paths:
            try:
                wave = heard(path, analyser.sample_rate_hz).numpy()
            except DataError as error:
                faults.append(str(error))
                continue
            readable.append(path)
            yield wave

    processes = max(processors() // world_size(), 1)
    with progress_bar(total=len(paths), desc="analysing voices", unit="file", leave=False) as bar:
        try:
            for number, found in enumerate(analyse_all(analyser, waves(), count=len(paths), processes=processes)):
                if isinstance(found, str):
                    faults.append(f"{readable[number]}: {found}")
                else:
                    keep_tensors(places[readable[number]], {"features": torch.from_numpy(found[0]), "f0": torch.from_numpy(found[1])})
                bar.update()
        except DataError as error:  # the cache cannot be written
            faults.append(str(error))
    return faults


def _agree(faults: Sequence[str]) -> None:
    """Raise in every process what went wrong in any, so that none waits for the others."""
    _refuse([fault for part in gather(list(faults)) for fault in part])


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        raise DataError("\n".join(sorted(faults)))
