"""Whether the speakers who are to play can: what is wrong with the choice, and with their files as far as headers tell."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from sparring import DataError
from sparring_audio import AudioInfo, info, refuse
from sparring_conversion.speaker_corpus import SpeakerCorpus

Directions = Literal["one", "all"]


def checked(corpus: SpeakerCorpus, speakers: Sequence[str], directions: Directions) -> dict[Path, AudioInfo]:
    """The header of every file of these speakers. Raises `DataError` with all problems of the choice and of the files."""
    playing = [name for name in dict.fromkeys(speakers) if name in corpus.speakers]
    problems = _unknown(corpus, speakers) + _too_few_or_many(corpus, speakers, directions)
    for split in ("validation", "test"):
        if playing and not any(corpus.of(split).get(name) for name in playing):
            problems.append(f"{corpus.label}: there is no {split} recording of {listed(playing)}: bring more recordings")
    headers: dict[Path, AudioInfo] = {}
    files = {path: None for of in (corpus.train, corpus.validation, corpus.test) for name in playing for path in of.get(name, {}).values()}
    for path in files:
        try:
            headers[path] = info(path)
        except DataError as error:
            problems.append(str(error))
    refuse(problems)
    return headers


def listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))


def _unknown(corpus: SpeakerCorpus, speakers: Sequence[str]) -> list[str]:
    problems = []
    for name in dict.fromkeys(speakers):
        if name not in corpus.speakers:
            near = difflib.get_close_matches(name, corpus.speakers, n=1)
            hint = f"did you mean {near[0]!r}? There are" if near else "there are"
            problems.append(
                f"data.speakers: there are no training recordings of {name!r} in {corpus.label}: {hint} {listed(corpus.speakers)}"
            )
    return problems


def _too_few_or_many(corpus: SpeakerCorpus, speakers: Sequence[str], directions: Directions) -> list[str]:
    problems = []
    if twice := sorted({name for name in speakers if speakers.count(name) > 1}):
        problems.append(f"data.speakers: {listed(twice)} stands there more than once: name every speaker once")
    if len(set(speakers)) < 2:
        problems.append(f"{corpus.label}: conversion is between two speakers or more, and here is {listed(speakers)} alone")
    elif directions == "one" and len(speakers) != 2:
        problems.append(
            f"data.directions=one is from one speaker to another, and there are {len(speakers)} ({listed(speakers)}): "
            f"choose two, as in data.speakers='[{', '.join(speakers[:2])}]', or set data.directions=all"
        )
    return problems
