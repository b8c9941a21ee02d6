"""The bundled sample speech."""

from __future__ import annotations

import pytest

from sparring import DataError
from sparring_audio import active_level, bundled_corpus, info, read
from sparring_audio.corpus import TEST_VOICE, TRAINING_VOICES, VOICES

SPLITS = ("training", "validation", "test")


def test_every_sentence_is_read_by_every_voice() -> None:
    corpus = bundled_corpus()

    for split in SPLITS:
        texts = {voice: [utterance.text for utterance in corpus.utterances(split, voice=voice)] for voice in VOICES}
        assert len({tuple(text) for text in texts.values()}) == 1
        assert all(utterance.path.is_file() for voice in VOICES for utterance in corpus.utterances(split, voice=voice))


def test_no_sentence_is_in_two_splits_and_the_test_voice_is_in_no_other() -> None:
    corpus = bundled_corpus()

    training, validation, test = (corpus.utterances(split) for split in SPLITS)

    sentences = [{utterance.sentence for utterance in split} for split in (training, validation, test)]
    assert len(set.union(*sentences)) == sum(map(len, sentences)) == len(corpus.sentences)
    assert len({sentence.text for sentence in corpus.sentences}) == len(corpus.sentences)
    assert {utterance.voice for utterance in (*training, *validation)} == set(TRAINING_VOICES)
    assert {utterance.voice for utterance in test} == {TEST_VOICE}


def test_recordings_are_16_bit_at_16_khz_and_two_to_four_seconds_long() -> None:
    for path in sorted(bundled_corpus().folder.glob("*/*.flac")):
        about = info(path)

        assert (about.sample_rate_hz, about.channels, about.subtype, about.format) == (16_000, 1, "PCM_16", "FLAC")
        assert 2 <= about.seconds <= 4


def test_recordings_have_one_level() -> None:
    for utterance in bundled_corpus().utterances("test") + bundled_corpus().utterances("training")[::20]:
        assert active_level(read(utterance.path)[0][0], 16_000).level_db == pytest.approx(-26, abs=0.01)


def test_the_corpus_is_small_and_holds_nothing_else() -> None:
    corpus = bundled_corpus()
    files = [path for path in corpus.folder.rglob("*") if path.is_file()]
    recordings = {utterance.path for split in SPLITS for voice in VOICES for utterance in corpus.utterances(split, voice=voice)}

    assert sum(path.stat().st_size for path in files) < 8 * 2**20
    assert {path for path in files if path.parent != corpus.folder} == recordings
    assert {path.name for path in files if path.parent == corpus.folder} == {"sentences.txt", "LICENSE.txt"}


def test_an_unknown_voice_is_refused() -> None:
    with pytest.raises(DataError, match=r"^The bundled corpus has no voice 'kal': choose one of slt, rms, kal16, awb.$"):
        bundled_corpus().utterances("test", voice="kal")
