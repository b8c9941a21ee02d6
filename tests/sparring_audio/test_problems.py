"""What is wrong with many files, in one error of moderate length; and files known by their content."""

from __future__ import annotations

from pathlib import Path

import pytest

from sparring import DataError
from sparring_audio import content_hash, first_few, refuse


def test_no_problem_is_no_error_and_forty_are_said_of_many() -> None:
    refuse([])

    with pytest.raises(DataError) as raised:
        refuse([f"{number}.wav: is damaged" for number in range(45)])

    said = str(raised.value).splitlines()
    assert said[:2] == ["0.wav: is damaged", "1.wav: is damaged"]
    assert said[40:] == ["… and 5 more problems of this kind"]


def test_the_first_three_names_stand_for_many() -> None:
    assert first_few(["a", "b", "c"]) == "a, b, c"
    assert first_few(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one", "same", "other"))
    for path, content in ((one, "a"), (same, "a"), (other, "b")):
        path.write_text(content)

    assert content_hash(one) == content_hash(same) != content_hash(other)
    assert len(content_hash(one)) == 32
    with pytest.raises(DataError, match=r"none: the file cannot be read: No such file or directory\.$"):
        content_hash(tmp_path / "none")
