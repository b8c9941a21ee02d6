"""Pairs of recordings: clean speech, and the same speech with noise in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sparring import DataError
from sparring_audio import AudioInfo, audio_files, info

SHOWN = 5


@dataclass(frozen=True)
class Pair:
    """One utterance, clean and noisy, of the same length and rate. `noise` and `snr_db` are known only where a log tells them."""

    name: str
    speaker: str
    clean: AudioInfo
    noisy: AudioInfo
    noise: str | None = None
    snr_db: float | None = None


def pair_up(clean: Path, noisy: Path, conditions: Mapping[str, tuple[str, float]]) -> tuple[list[Pair], list[str]]:
    """The pairs of two folders, matched by name, and every problem met, one sentence each. Only headers are read."""
    folders: list[Mapping[str, Path]] = []
    problems: list[str] = []
    for folder in (clean, noisy):
        try:
            folders.append(named(audio_files(folder), folder))
        except DataError as error:
            problems.append(str(error))
    if problems:
        return [], problems
    clean_files, noisy_files = folders
    problems += lacking(noisy, [name for name in clean_files if name not in noisy_files])
    problems += lacking(clean, [name for name in noisy_files if name not in clean_files])
    pairs = []
    for name in sorted(clean_files.keys() & noisy_files.keys()):
        ends = [header(path) for path in (clean_files[name], noisy_files[name])]
        problems += [end for end in ends if isinstance(end, str)]
        match ends:
            case [AudioInfo() as one, AudioInfo() as other] if (one.frames, one.sample_rate_hz) != (other.frames, other.sample_rate_hz):
                problems.append(
                    f"{one.path}: {one.frames} samples at {one.sample_rate_hz} Hz, but {other.path} has {other.frames} at "
                    f"{other.sample_rate_hz} Hz: a pair must agree."
                )
            case [AudioInfo() as one, AudioInfo() as other]:
                noise, snr_db = conditions.get(name, (None, None))
                pairs.append(Pair(name, speaker_of(name), one, other, noise, snr_db))
    return pairs, problems


def named(files: Sequence[Path], folder: Path) -> dict[str, Path]:
    """Files by their path below the folder, without suffix."""
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in files}


def speaker_of(name: str) -> str:
    """The speaker as a name tells: `p226` of `p226_001` or of `p226/001`, and the whole name where it tells none."""
    folder, _, stem = name.rpartition("/")
    return stem.partition("_")[0] if "_" in stem else folder.rpartition("/")[2] or stem


def header(path: Path) -> AudioInfo | str:
    """What a recording of speech says about itself, or a sentence that says why it cannot be used."""
    try:
        found = info(path)
    except DataError as error:
        return str(error)
    return found if found.channels == 1 else f"{path}: {found.channels} channels, and speech to train on has one: mix it down first."


def lacking(folder: Path, names: Sequence[str]) -> list[str]:
    """A sentence for the names that a folder lacks, if there are any."""
    if not names:
        return []
    listed = ", ".join(map(repr, names[:SHOWN])) + (", …" if len(names) > SHOWN else "")
    what = f"{len(names)} files that its partner has are" if len(names) > 1 else "1 file that its partner has is"
    return [f"{folder}: {what} missing: {listed}."]
