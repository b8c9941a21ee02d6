"""Recordings by speaker and by sentence, shared out into training, validation and test."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sparring import DataError, Split
from sparring_audio import audio_files, bundled_corpus, held_out

Sentences = Mapping[str, Path]

BUNDLED_DEFAULT = ("slt", "rms")


@dataclass(frozen=True)
class SpeakerCorpus:
    """Speaker -> sentence -> file, for every split. Speakers who read the same sentence have a file of the same name there.

    `label` says where they are from, `default` who plays if nobody is named, `remarks` what is worth saying about the files.
    """

    label: str
    train: Mapping[str, Sentences]
    validation: Mapping[str, Sentences]
    test: Mapping[str, Sentences]
    default: tuple[str, ...]
    remarks: tuple[str, ...] = field(default=())

    @property
    def speakers(self) -> tuple[str, ...]:
        return tuple(self.train)

    def of(self, split: Split) -> Mapping[str, Sentences]:
        return {"train": self.train, "validation": self.validation, "test": self.test}[split]


def bundled_speakers() -> SpeakerCorpus:
    """The four bundled voices with the corpus' own split of sentences; unless others are named, slt (a woman) and rms (a man) play."""
    corpus = bundled_corpus()
    voices = sorted(path.name for path in corpus.folder.iterdir() if path.is_dir())

    def of(split: str) -> dict[str, Sentences]:
        return {voice: {one.sentence: one.path for one in corpus.utterances(split, voice=voice)} for voice in voices}  # type: ignore[arg-type]

    label = "the bundled voices (synthetic, and only stand in for natural ones)"
    return SpeakerCorpus(label, of("training"), of("validation"), of("test"), BUNDLED_DEFAULT)


def speaker_folders(root: Path, *, share: float) -> SpeakerCorpus:
    """A folder per speaker, named after the speaker, with files anywhere beneath it; a `share` of the sentences is held out for the test
    and as many for validation.

    A sentence is known by its file's name without suffix, and without the speaker's name before it (`p225/p225_003.wav` is `003`).
    Who has a sentence that is held out for another speaker holds it out too. Raises `DataError` without such folders.
    """
    found = speakers_in(root)
    empty = sorted(path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith(".") and path.name not in found)
    if not found:
        loose = any(path.is_file() for path in root.iterdir())
        hint = "sort the recordings into a folder per speaker" if loose else "put the recordings there, a folder per speaker"
        raise DataError(
            f"{root}: there is no folder of a speaker with recordings in it: {hint}, or leave data.root out for the bundled voices"
        )
    remarks = (f"no recordings in {', '.join(map(repr, empty))}",) if empty else ()
    return split_by_name(f"speakers in {str(root)!r}", found, share=share, remarks=remarks)


def speakers_in(folder: Path) -> dict[str, Sentences]:
    """Speaker -> sentence -> file, of a folder with a folder per speaker; folders without recordings are left out."""
    found: dict[str, Sentences] = {}
    for place in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        try:
            found[place.name] = _sentences(place)
        except DataError:
            continue
    return found


def split_by_name(
    label: str,
    recordings: Mapping[str, Sentences],
    *,
    share: float,
    test: Mapping[str, Sentences] | None = None,
    remarks: tuple[str, ...] = (),
) -> SpeakerCorpus:
    """The corpus with a share of the sentences held out for the test, unless `test` is given, and one for validation.

    A speaker with fewer than three sentences trains on all of them.
    """
    parts = {speaker: held_out(list(sentences), share=share) for speaker, sentences in recordings.items()}
    for_test = set() if test is not None else {name for part in parts.values() for name in part.test}
    for_validation = {name for part in parts.values() for name in part.validation} - for_test
    if not for_validation:
        for_validation = for_test
    few = [speaker for speaker, part in parts.items() if set(part.training) & set(part.test)]
    if few:
        remarks += (f"too few sentences of {', '.join(map(repr, few))} to hold any out",)

    def only(chosen: set[str]) -> dict[str, Sentences]:
        return {speaker: {name: path for name, path in of.items() if name in chosen} for speaker, of in recordings.items()}

    left = {
        speaker: {name: path for name, path in of.items() if speaker in few or name not in for_test | for_validation}
        for speaker, of in recordings.items()
    }
    return SpeakerCorpus(label, left, only(for_validation), only(for_test) if test is None else test, tuple(recordings), remarks)


def _sentences(folder: Path) -> Sentences:
    """Files by sentence; where two files would have one name, they are known by their paths."""
    by_name: dict[str, list[Path]] = {}
    for path in audio_files(folder):
        sentence = re.sub(rf"^{re.escape(folder.name)}[-_. ]+(?=.)", "", path.stem)
        by_name.setdefault(sentence, []).append(path)
    return {
        name if len(paths) == 1 else path.relative_to(folder).as_posix(): path for name, paths in sorted(by_name.items()) for path in paths
    }
