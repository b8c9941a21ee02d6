"""Which files of natural and of synthetic speech belong together, shared out into training, validation and test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sparring import DataError, Split
from sparring_audio import audio_files, bundled_corpus, held_out, refuse
from sparring_postfilter.feature_files import FEATURE_SUFFIXES, feature_files

SIDES = ("natural", "synthetic")


@dataclass(frozen=True)
class Pair:
    """An utterance by name: its natural file, and its synthetic one, of the same kind; None where it is made of the natural one."""

    name: str
    natural: Path
    synthetic: Path | None

    @property
    def of_features(self) -> bool:
        """Whether the files hold features, and not waves."""
        return self.natural.suffix.lower() in FEATURE_SUFFIXES

    @property
    def files(self) -> tuple[Path, ...]:
        return (self.natural,) if self.synthetic is None else (self.natural, self.synthetic)


@dataclass(frozen=True)
class Pairs:
    """The utterances of every split, where they are from, and what is worth saying of their files."""

    label: str
    train: Sequence[Pair]
    validation: Sequence[Pair]
    test: Sequence[Pair]
    remarks: tuple[str, ...] = ()

    def of(self, split: Split) -> Sequence[Pair]:
        return {"train": self.train, "validation": self.validation, "test": self.test}[split]


def bundled_pairs(speakers: Sequence[str]) -> Pairs:
    """The sentences of bundled voices, each with the corpus' own split of sentences. Raises `DataError` for a voice that does not exist."""
    if not speakers:
        raise DataError("data.speakers: there is nobody in it: name bundled voices, as in data.speakers='[slt, rms]'")
    corpus = bundled_corpus()
    train, validation, test = (
        [
            Pair(f"{one.voice}/{one.sentence}", one.path, None)
            for voice in dict.fromkeys(speakers)
            for one in corpus.utterances(split, voice=voice)
        ]
        for split in ("training", "validation", "test")
    )
    label = f"the bundled voices {', '.join(dict.fromkeys(speakers))} (synthetic, and only stand in for natural ones)"
    return Pairs(label, train, validation, test)


def folder_pairs(root: Path, *, share: float) -> Pairs:
    """The files below `root`/natural and `root`/synthetic that have one path but for the suffix; a `share` is held out for the test, and as
    many for validation.

    Raises `DataError` with every file that has no partner, or none of its own kind.
    """
    missing = [side for side in SIDES if not (root / side).is_dir()]
    if missing:
        raise DataError(
            f"{root}: there is no folder {' and no folder '.join(map(repr, missing))} in it: put natural speech into 'natural' and "
            "synthetic speech of the same names into 'synthetic', or leave data.root out for the bundled voices"
        )
    problems: list[str] = []
    natural, synthetic = (_by_name(root / side, problems) for side in SIDES)
    for side, other, partners in ((natural, "synthetic", synthetic), (synthetic, "natural", natural)):
        problems += [
            f"{path}: there is no file {name!r} in {str(root / other)!r}: bring it, or take this one away"
            for name, path in side.items()
            if name not in partners
        ]
    pairs = {name: Pair(name, natural[name], synthetic[name]) for name in natural if name in synthetic}
    for pair in pairs.values():
        if pair.of_features != (synthetic[pair.name].suffix.lower() in FEATURE_SUFFIXES):
            problems.append(
                f"{pair.natural}: only one of this file and {synthetic[pair.name]} is audio: give both as audio, or both as features"
            )
    if not natural and not synthetic:
        problems.append(f"{root}: there are neither audio nor feature files in 'natural' and 'synthetic': put them there")
    refuse(problems)
    parts = held_out(list(pairs), share=share)
    few = bool(set(parts.training) & set(parts.test))
    remarks = ("too few utterances to hold any out",) if few else ()
    train, validation, test = ([pairs[name] for name in names] for names in parts)
    return Pairs(f"the pairs in {str(root)!r}", train, validation, test, remarks)


def _by_name(folder: Path, problems: list[str]) -> dict[str, Path]:
    """The audio and feature files of a folder by their path below it, without suffix."""
    try:
        waves = audio_files(folder)
    except DataError:  # there are none
        waves = ()
    found: dict[str, Path] = {}
    for path in sorted((*waves, *feature_files(folder))):
        name = path.relative_to(folder).with_suffix("").as_posix()
        if name in found:
            problems.append(f"{path}: {found[name].name!r} beside it has the same name: keep one of them")
        found.setdefault(name, path)
    return found
