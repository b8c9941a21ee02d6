"""Whether converted speech is taken for the target speaker, by a classifier that never saw a conversion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from sparring import Data, DataError, Example, Metric, cache_file, keep_tensors, progress_bar, read_tensors
from sparring_audio import heard
from sparring_conversion.speaker_mixture import COMPONENTS, SETTINGS, Cepstra, SpeakerClassifier, SpeakerMixture, speech_cepstra
from sparring_conversion.voices_data import VoicesData
from sparring_conversion.world_features import digests_of

PROCEDURE = "1"  # to be raised when anything about features or training changes that `SETTINGS` does not say
MOST_RECORDINGS = 100  # of a speaker, to learn from and to be tested on: an hour of speech adds nothing but waiting


class SpeakerVerdict(Metric):
    """The share of converted files that a speaker classifier takes for the target speaker: 100 or 0 a file, 0 for silence too.

    The classifier has a Gaussian mixture for every speaker of whom the data have training recordings, whether they are played or not
    (the bundled corpus: four), and hears mel-frequency cepstra alone: pitch plays no part, nor does level. `protocol` gives its
    accuracy on real held-out recordings, which is where the scale of this score ends.

    Source: Reynolds and Rose 1995, Robust text-independent speaker identification using Gaussian mixture speaker models.
    """

    unit: ClassVar[str] = "%"
    decimals: ClassVar[int] = 0

    def __init__(self) -> None:
        self._data: Data | None = None
        self._classifier = SpeakerClassifier({})
        self._about: dict[str, str] = {}

    def prepare(self, data: Data) -> None:
        """Trains the classifier, in seconds, or reads it from the cache.

        Raises `DataError` for other data than `voices`, and for a speaker whose recordings hold no speech.
        """
        if not isinstance(data, VoicesData):
            raise DataError(f"the metric 'speaker-verdict' is for the data 'voices', and these are {data.describe()}: leave it out")
        if data is not self._data:
            self._data, (self._classifier, self._about) = data, trained_classifier(data)

    def score(self, output: Any, example: Example) -> float:
        """Of a wave (time,) at `example.sample_rate_hz`. Raises `DataError` for one that is not finite."""
        spoken: Any = example
        if not output.isfinite().all():
            raise DataError(f"what became of {example.name!r} holds NaN or infinity: the network that made it has diverged")
        return 100.0 if self._classifier.verdict(speech_cepstra(output, spoken.sample_rate_hz)) == spoken.target_speaker else 0.0

    def protocol(self) -> Mapping[str, str]:
        return {**SETTINGS, **self._about}

    def remark(self) -> str:
        """Among whom the classifier chooses, and how surely it does so for real speech."""
        return f"one of {self._about['speakers']}; for real speech right in {self._about['accuracy']}"


def trained_classifier(data: VoicesData) -> tuple[SpeakerClassifier, dict[str, str]]:
    """The classifier of these data, and what to say of it: whom it knows, what it learned from, and its accuracy on real speech.

    It is trained once and then read from the cache, so that every process and every later run goes by the same numbers.
    """
    training, held_out = (spread(data.corpus.of(split)) for split in ("train", "test"))
    digests = digests_of([path for paths in (*training.values(), *held_out.values()) for path in paths])
    contents = [
        f"{role} {speaker} {' '.join(digests[path] for path in paths)}"
        for role, of in (("train", training), ("test", held_out)) for speaker, paths in of.items()
    ]  # fmt: skip
    path = cache_file("speaker-classifiers", PROCEDURE, *SETTINGS.values(), str(data.sample_rate_hz), *contents)
    kept = read_tensors(path)
    if kept is None:
        speakers = progress_bar(
            iterable=training.items(), desc="training the speaker classifier that scores need", unit="speaker", leave=False
        )
        classifier = SpeakerClassifier({speaker: _mixture(speaker, _cepstra(of, data.sample_rate_hz)) for speaker, of in speakers})
        kept = keep_tensors(path, classifier.tensors(), accuracy=_accuracy(classifier, held_out, data.sample_rate_hz))
    classifier = SpeakerClassifier.read(list(training), kept.tensors)
    return classifier, {
        "speakers": ", ".join(training),
        "learned from": f"{sum(map(len, training.values()))} training recordings",
        "accuracy": kept.notes["accuracy"],
        "parameters": _fingerprint(classifier),
    }


def spread(recordings: Mapping[str, Mapping[str, Path]]) -> dict[str, list[Path]]:
    """Of each speaker all recordings, or as many as are enough, evenly spread; speakers of whom there are none are left out."""
    found = {}
    for speaker, of in recordings.items():
        paths, wanted = list(of.values()), min(len(of), MOST_RECORDINGS)
        if wanted:
            found[speaker] = [paths[number * len(paths) // wanted] for number in range(wanted)]
    return found


def _cepstra(paths: Sequence[Path], sample_rate_hz: int) -> list[Cepstra]:
    return [speech_cepstra(heard(path, sample_rate_hz), sample_rate_hz) for path in paths]


def _mixture(speaker: str, cepstra: Sequence[Cepstra]) -> SpeakerMixture:
    frames = np.concatenate(list(cepstra))
    if len(frames) < COMPONENTS:
        raise DataError(f"the training recordings of {speaker!r} hold no speech to know the voice by: remove the folder, or record more")
    return SpeakerMixture.fitted(frames)


def _accuracy(classifier: SpeakerClassifier, held_out: Mapping[str, Sequence[Path]], sample_rate_hz: int) -> str:
    verdicts = [
        classifier.verdict(cepstra) == speaker
        for speaker, paths in held_out.items() if speaker in classifier.mixtures for cepstra in _cepstra(paths, sample_rate_hz)
    ]  # fmt: skip
    return f"{100 * sum(verdicts) / len(verdicts):.1f} % of {len(verdicts)} held-out recordings"


def _fingerprint(classifier: SpeakerClassifier) -> str:
    return sha256(b"".join(part.numpy().tobytes() for part in classifier.tensors().values())).hexdigest()[:16]
