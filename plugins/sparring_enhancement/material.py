"""What a recipe's folders hold: recorded pairs or speech and noise to mix, shared out into training, validation and test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sparring import DataError
from sparring_audio import TEST_NOISES, TRAINING_NOISES, AudioInfo, audio_files, babble, bundled_corpus, held_out, info, read, refuse
from sparring_enhancement.mixed_speech import SpeechAndNoise, Utterance
from sparring_enhancement.pairs import Pair, header, named, pair_up, speaker_of
from sparring_enhancement.recorded_noise import RecordedNoise
from sparring_enhancement.recorded_speech import PairSplits
from sparring_enhancement.voicebank import TrainSet, find_voicebank, read_log


def voicebank(root: Path, *, train_set: TrainSet, validation_speakers: Sequence[str]) -> PairSplits:
    """VoiceBank-DEMAND, with the validation speakers held out of its training set. Raises `DataError` with all its problems."""
    found = find_voicebank(root, train_set=train_set)
    if isinstance(found, str):
        raise DataError(found)
    conditions = {name: condition for log in found.logs for name, condition in read_log(log).items()}
    pairs, problems = pair_up(found.train_clean, found.train_noisy, conditions)
    test, test_problems = pair_up(found.test_clean, found.test_noisy, conditions)
    training = [pair for pair in pairs if pair.speaker not in validation_speakers]
    validation = [pair for pair in pairs if pair.speaker in validation_speakers]
    problems += test_problems
    speakers = sorted({pair.speaker for pair in pairs})
    if pairs and not (training and validation):
        missing = "none to train on" if validation else "none of them for validation"
        problems.append(
            f"{found.train_clean}: validation_speakers {', '.join(map(repr, validation_speakers)) or '(empty)'} leave {missing}; "
            f"the speakers are {', '.join(speakers)}."
        )
    refuse(problems)
    return PairSplits(training, validation, test, f"VoiceBank-DEMAND ({train_set}) in {str(root)!r}")


def two_folders(clean: Path, noisy: Path, *, validation_speakers: Sequence[str], share: float) -> PairSplits:
    """Pairs of any two folders. Held out are the validation speakers if they are there, or a share of the files, and for the test another
    share.
    """
    pairs, problems = pair_up(clean, noisy, {})
    by_name = {pair.name: pair for pair in pairs}
    spoken = [name for name, pair in by_name.items() if pair.speaker in validation_speakers]
    parts = held_out(by_name, share=share, validation=spoken)
    refuse(problems)

    def chosen(names: Sequence[str]) -> list[Pair]:
        return [by_name[name] for name in names]

    return PairSplits(chosen(parts.training), chosen(parts.validation), chosen(parts.test), f"pairs of {str(clean)!r} and {str(noisy)!r}")


def speech_and_noise(clean: Path, noise: Path, *, validation_speakers: Sequence[str], share: float) -> SpeechAndNoise:
    """Any speech, with any noise; of both a share of the files is held out for the test."""
    utterances, problems = _utterances(clean)
    noises, noise_problems = _noises(noise)
    refuse(problems + noise_problems)
    by_name = {utterance.name: utterance for utterance in utterances}
    spoken = [name for name, utterance in by_name.items() if utterance.speaker in validation_speakers]
    parts = held_out(by_name, share=share, validation=spoken)
    kinds = held_out(noises, share=share)
    return SpeechAndNoise(
        training=[by_name[name] for name in parts.training],
        validation=[by_name[name] for name in parts.validation],
        test=[by_name[name] for name in parts.test],
        noises={name: noises[name] for name in sorted({*kinds.training, *kinds.validation})},
        test_noises={name: noises[name] for name in kinds.test},
        label=f"speech of {str(clean)!r} and noise of {str(noise)!r}",
    )


def bundled() -> SpeechAndNoise:
    """The bundled corpus: synthetic voices and drawn noises. The test has a voice, sentences and noises of its own."""
    corpus = bundled_corpus()
    training, validation, test = (
        [Utterance(f"{spoken.voice}_{spoken.sentence}", spoken.voice, info(spoken.path)) for spoken in corpus.utterances(split)]
        for split in ("training", "validation", "test")
    )
    talk = babble([read(spoken.recording.path)[0][0] for spoken in training], training[0].recording.sample_rate_hz)
    return SpeechAndNoise(
        training=training,
        validation=validation,
        test=test,
        noises={**TRAINING_NOISES, "babble": talk},
        test_noises=TEST_NOISES,
        label="the bundled sample speech (synthetic voices, which only stand in for natural ones, and noises drawn by code)",
        every_noise=True,
        in_memory=True,
    )


def _utterances(folder: Path) -> tuple[list[Utterance], list[str]]:
    try:
        files = named(audio_files(folder), folder)
    except DataError as error:
        return [], [str(error)]
    headers = {name: header(path) for name, path in files.items()}
    utterances = [Utterance(name, speaker_of(name), found) for name, found in headers.items() if isinstance(found, AudioInfo)]
    return utterances, [found for found in headers.values() if isinstance(found, str)]


def _noises(folder: Path) -> tuple[dict[str, RecordedNoise], list[str]]:
    noises, problems = {}, []
    try:
        files = named(audio_files(folder), folder)
    except DataError as error:
        return {}, [str(error)]
    for name, path in files.items():
        try:
            noises[name] = RecordedNoise(info(path))
        except DataError as error:
            problems.append(str(error))
    return noises, problems
