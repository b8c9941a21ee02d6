"""Where speakers' recordings are found, and which sentences are held out. No recording is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sparring import DataError
from sparring_conversion.dealing import dealt_out
from sparring_conversion.speaker_corpus import bundled_speakers
from sparring_conversion.vcc import find_corpus


def lay(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"not read")
    return root


def files(folder: str, speakers: str, numbers: range) -> list[str]:
    return [f"{folder}/{speaker}/{number}.wav" for speaker in speakers.split() for number in numbers]


def test_the_bundled_voices_keep_the_split_of_their_corpus() -> None:
    corpus = bundled_speakers()

    assert corpus.speakers == ("awb", "kal16", "rms", "slt")
    assert corpus.default == ("slt", "rms")
    assert [len(split["kal16"]) for split in (corpus.train, corpus.validation, corpus.test)] == [28, 6, 10]


def test_speakers_hold_out_the_same_sentences(tmp_path: Path) -> None:
    corpus = find_corpus(lay(tmp_path, *files(".", "anna bert", range(20))), share=0.1)

    for split, count in ((corpus.test, 2), (corpus.validation, 2), (corpus.train, 16)):
        assert set(split["anna"]) == set(split["bert"])
        assert len(split["anna"]) == count


def test_what_one_speaker_holds_out_no_other_trains_on(tmp_path: Path) -> None:
    corpus = find_corpus(lay(tmp_path, *files(".", "anna", range(40)), *files(".", "bert", range(15, 60))), share=0.1)

    held = {name for split in (corpus.validation, corpus.test) for of in split.values() for name in of}
    assert held
    assert not held & {name for of in corpus.train.values() for name in of}
    assert not {name for of in corpus.validation.values() for name in of} & {name for of in corpus.test.values() for name in of}


def test_a_sentence_is_known_without_its_speaker_and_wherever_it_lies(tmp_path: Path) -> None:
    lay(tmp_path, "p225/p225_003.flac", "p226/mic/p226_003.wav", "1/100.wav", "p225/a/004.wav", "p225/b/004.wav", "p225/.hidden.wav")

    corpus = find_corpus(tmp_path, share=0.1)

    assert {name: set(of) for name, of in corpus.train.items()} == {
        "1": {"100"},
        "p225": {"003", "a/004.wav", "b/004.wav"} - set(corpus.test["p225"]) - set(corpus.validation["p225"]),
        "p226": {"003"},
    }
    assert set(corpus.test["p225"]) | set(corpus.validation["p225"]) | set(corpus.train["p225"]) == {"003", "a/004.wav", "b/004.wav"}
    assert corpus.remarks == ("too few sentences of '1', 'p226' to hold any out",)


def test_folders_without_recordings_are_no_speakers(tmp_path: Path) -> None:
    corpus = find_corpus(lay(tmp_path, *files(".", "anna bert", range(4)), "doc/read.txt"), share=0.1)

    assert corpus.speakers == ("anna", "bert")
    assert corpus.remarks == ("no recordings in 'doc'",)


def test_vcc2016_is_tested_on_its_evaluation_set(tmp_path: Path) -> None:
    lay(tmp_path, *files("vcc2016_training", "SF1 TM3", range(100001, 100021)), *files("evaluation_all", "SF1 TM3", range(200001, 200004)))

    corpus = find_corpus(tmp_path, share=0.1)

    assert corpus.label == f"VCC2016 in {str(tmp_path)!r}"
    assert corpus.speakers == ("SF1", "TM3")
    assert list(corpus.test["TM3"]) == ["200001", "200002", "200003"]
    assert (len(corpus.train["SF1"]), len(corpus.validation["SF1"])) == (18, 2)


@pytest.mark.parametrize("part", ["vcc2018_{}", "vcc2018_database_{}", "vcc2018_database_{0}/vcc2018_{0}"])
def test_vcc2018_sources_are_evaluated_against_the_reference_of_the_targets(tmp_path: Path, part: str) -> None:
    training, evaluation, reference = (part.format(name) for name in ("training", "evaluation", "reference"))
    lay(tmp_path, *files(training, "VCC2SF1 VCC2TM1", range(10001, 10011)), *files(evaluation, "VCC2SF1", range(30001, 30003)))
    lay(tmp_path, *files(reference, "VCC2TM1", range(30001, 30003)))

    corpus = find_corpus(tmp_path, share=0.1)

    assert corpus.label == f"VCC2018 in {str(tmp_path)!r}"
    assert {name: list(of) for name, of in corpus.test.items()} == {"VCC2SF1": ["30001", "30002"], "VCC2TM1": ["30001", "30002"]}
    assert (tmp_path / reference / "VCC2TM1" / "30001.wav") == corpus.test["VCC2TM1"]["30001"]


def test_a_challenge_that_is_not_all_there_says_what_it_lacks(tmp_path: Path) -> None:
    lay(tmp_path, *files("vcc2018_training", "VCC2SF1", range(2)), "vcc2018_database_evaluation.zip")

    with pytest.raises(DataError) as refusal:
        find_corpus(tmp_path, share=0.1)

    assert str(refusal.value) == (
        f"{tmp_path}: VCC2018 lacks 'vcc2018_evaluation', 'vcc2018_reference'; it holds 'vcc2018_database_evaluation.zip', "
        "'vcc2018_training': unpack the archives first; or point data.root to a folder that has one folder per speaker, of which a "
        "share is held out"
    )


def test_a_root_without_speakers_says_what_to_do(tmp_path: Path) -> None:
    absent = re.escape(f"{str(tmp_path / 'absent')!r} is no folder: set data.root")
    with pytest.raises(DataError, match=absent):
        find_corpus(tmp_path / "absent", share=0.1)
    with pytest.raises(DataError, match="put the recordings there, a folder per speaker"):
        find_corpus(tmp_path, share=0.1)
    with pytest.raises(DataError, match="sort the recordings into a folder per speaker"):
        find_corpus(lay(tmp_path, "001.wav"), share=0.1)


def test_common_sentences_are_dealt_out_in_contiguous_blocks() -> None:
    numbers = [f"{number:03}" for number in range(1, 163)]

    dealt = dealt_out({"SF1": numbers, "TF2": [*numbers, "own"]})

    assert dealt == {"SF1": numbers[:81], "TF2": [*numbers[81:], "own"]}


def test_speakers_without_a_common_sentence_keep_their_own() -> None:
    own = {"anna": ["a1", "a2"], "bert": ["b1"]}

    assert dealt_out(own) == own
