"""The sample speech that is bundled, so that every recipe runs before anyone has downloaded a corpus."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from sparring import DataError

Split = Literal["training", "validation", "test"]

SAMPLE_RATE_HZ = 16_000

TRAINING_VOICES = ("slt", "rms", "kal16")

# Held out is awb: it is as smooth as slt and rms (all three statistical, CLUSTERGEN), while kal16's joined diphones would make the
# test one of their seams; slt is the only woman, whom training cannot miss; and his Scottish accent is heard from nobody else.
TEST_VOICE = "awb"

VOICES = (*TRAINING_VOICES, TEST_VOICE)


@dataclass(frozen=True)
class Sentence:
    """One line of `sentences.txt`: its number ("001"), the split that it belongs to, and its text."""

    number: str
    split: Split
    text: str


@dataclass(frozen=True)
class Utterance:
    """One sentence read by one voice: a FLAC file, 16 kHz, 16 bit, one channel, at -26 dBov active speech level (ITU-T P.56)."""

    path: Path
    voice: str
    sentence: str
    text: str


@dataclass(frozen=True)
class Corpus:
    """The same sentences read by every voice, split by sentence and by voice.

    The voices are synthetic (flite: kal16 joins recorded diphones, the others are statistical). They stand in for natural speech
    so that recipes and tests run anywhere; say so wherever a result uses them.
    """

    folder: Path
    sentences: tuple[Sentence, ...]

    def utterances(self, split: Split, *, voice: str | None = None) -> tuple[Utterance, ...]:
        """The recordings of a split, by voice and then by sentence, so that voices stay parallel.

        Training and validation are the training voices, each with its own sentences; test is a voice and sentences that occur in
        neither. With `voice`, the split's sentences as that voice reads them, whichever it is: what parallel conversion needs.

        Raises `DataError` for a voice that does not exist.
        """
        if voice is not None and voice not in VOICES:
            raise DataError(f"The bundled corpus has no voice {voice!r}: choose one of {', '.join(VOICES)}.")
        voices = (voice,) if voice else (TEST_VOICE,) if split == "test" else TRAINING_VOICES
        return tuple(
            Utterance(self.folder / name / f"{sentence.number}.flac", name, sentence.number, sentence.text)
            for name in voices
            for sentence in self.sentences
            if sentence.split == split
        )


def sentences_of(path: Path) -> tuple[Sentence, ...]:
    """The sentences of a file with lines `NNN SPLIT TEXT`; lines that start with `#` are remarks."""
    lines = [line.split(maxsplit=2) for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    if any(split not in get_args(Split) for _, split, _ in lines):
        raise DataError(f"{path}: every line is a number, one of {', '.join(get_args(Split))}, and a sentence.")
    return tuple(Sentence(number, cast(Split, split), text) for number, split, text in lines)


def bundled_corpus() -> Corpus:
    """The corpus that comes with this package (`corpus/`, made by `tools/make_corpus.py`)."""
    folder = Path(__file__).parent / "corpus"
    return Corpus(folder, sentences_of(folder / "sentences.txt"))
