"""The Voice Conversion Challenges of 2016 and 2018 as they come from their archives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sparring import DataError
from sparring_conversion.speaker_corpus import Sentences, SpeakerCorpus, speaker_folders, speakers_in, split_by_name


@dataclass(frozen=True)
class Challenge:
    """The folders of a challenge under any of their names: one to train on, and those whose files are the test together."""

    label: str
    training: tuple[str, ...]
    test: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for part in (self.training, *self.test) for name in part)


# Evaluation files of 2018 are the sources' only: the targets' readings of these sentences are the reference.
CHALLENGES = (
    Challenge("VCC2016", ("vcc2016_training",), (("evaluation_all",),)),
    Challenge(
        "VCC2018",
        ("vcc2018_training", "vcc2018_database_training"),
        (
            ("vcc2018_evaluation", "vcc2018_database_evaluation"),
            ("vcc2018_reference", "vcc2018_database_reference"),
        ),
    ),
)


def find_corpus(root: Path, *, share: float) -> SpeakerCorpus:
    """What is in `root`: VCC2016, VCC2018, or a folder per speaker.

    Raises `DataError`, saying what is there, for no folder, no speakers, or a challenge that is not all there.
    """
    if not root.is_dir():
        raise DataError(
            f"{str(root)!r} is no folder: set data.root to one with a folder per speaker, or leave it out for the bundled voices"
        )
    for challenge in CHALLENGES:
        if any((root / name).is_dir() or (root / f"{name}.zip").is_file() for name in challenge.names):
            return _challenge(root, challenge, share=share)
    return speaker_folders(root, share=share)


def _challenge(root: Path, challenge: Challenge, *, share: float) -> SpeakerCorpus:
    """Training files with a share for validation, and the evaluation set as the test."""
    places = [_unpacked(root, names) for names in (challenge.training, *challenge.test)]
    missing = [names[0] for names, place in zip((challenge.training, *challenge.test), places, strict=True) if place is None]
    if missing:
        there = ", ".join(repr(path.name) for path in sorted(root.iterdir())[:8])
        archives = "unpack the archives first" if any(root.glob("*.zip")) else "put it there"
        alone = "; or point data.root to a folder that has one folder per speaker, of which a share is held out"
        raise DataError(f"{root}: {challenge.label} lacks {', '.join(map(repr, missing))}; it holds {there}: {archives}{alone}")
    training, *held = [speakers_in(place) for place in places if place is not None]
    if not training:
        raise DataError(f"{places[0]}: no folder in it holds recordings of a speaker: unpack {challenge.label} anew")
    test: dict[str, dict[str, Path]] = {speaker: {} for speaker in training}
    for part in held:
        _add(test, part)
    return split_by_name(f"{challenge.label} in {str(root)!r}", training, share=share, test=test)


def _add(test: dict[str, dict[str, Path]], part: Mapping[str, Sentences]) -> None:
    for speaker in test:
        test[speaker].update(part.get(speaker, {}))


def _unpacked(root: Path, names: tuple[str, ...]) -> Path | None:
    """The folder under one of its names, or the one in it where an archive was unpacked into a folder of its own."""
    for outer in names:
        for inner in names:
            if (root / outer / inner).is_dir():
                return root / outer / inner
    return next((root / name for name in names if (root / name).is_dir()), None)
