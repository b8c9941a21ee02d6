"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sparring import DataError, whole_file


@contextmanager
def without_privileges() -> Iterator[None]:
    """As a user to whom permissions apply: to root, none does."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def write_until(fault: BaseException, path: Path) -> None:
    with whole_file(path) as draft:
        draft.write_text("new")
        raise fault


def test_a_file_appears_with_its_folders_and_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "a.tar.gz"

    with whole_file(path) as draft:
        draft.write_text("half")
        seen = path.exists()
        draft.write_text("whole")

    assert not seen
    assert (draft.parent, draft.suffix, draft.name[0]) == (path.parent, ".gz", ".")
    assert path.read_text() == "whole"
    assert os.listdir(path.parent) == ["a.tar.gz"]


def test_a_file_has_the_permissions_of_any_new_one(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()

    with whole_file(str(tmp_path / "a")):
        pass

    assert (tmp_path / "a").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize("fault", [ValueError("no number"), KeyboardInterrupt(), DataError("a.txt: holds NaN.")])
def test_a_fault_in_between_leaves_the_old_file_and_is_raised_as_it_is(tmp_path: Path, fault: BaseException) -> None:
    (tmp_path / "a.txt").write_text("old")

    with pytest.raises(type(fault)) as raised:
        write_until(fault, tmp_path / "a.txt")

    assert raised.value is fault
    assert (tmp_path / "a.txt").read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(OSError(errno.ENOSPC, "No space left on device"), "No space left on device"), (OSError("no such mode"), "no such mode")],
)
def test_a_disk_that_refuses_leaves_the_old_file_and_says_why(tmp_path: Path, fault: OSError, reason: str) -> None:
    (tmp_path / "a.txt").write_text("old")

    with pytest.raises(DataError) as raised:
        write_until(fault, tmp_path / "a.txt")

    assert str(raised.value) == f"{tmp_path / 'a.txt'}: the file cannot be written: {reason}."
    assert (tmp_path / "a.txt").read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_the_bytes_are_on_the_disk_before_the_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="No space left on device"), whole_file(tmp_path / "a.txt") as draft:
        draft.write_text("new")

    assert (tmp_path / "a.txt").read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_two_processes_do_not_share_a_draft(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    program = "import sys; from sparring import whole_file\nwith whole_file(sys.argv[1]) as draft: draft.write_text('theirs')"

    with whole_file(path) as draft:
        draft.write_text("ours")
        subprocess.run([sys.executable, "-c", program, path], check=True)
        between = (path.read_text(), draft.read_text())

    assert between == ("theirs", "ours")
    assert path.read_text() == "ours"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_two_drafts_of_one_process_are_two(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a.txt") as first, whole_file(tmp_path / "a.txt") as second:
        first.write_text("first")
        second.write_text("second")

    assert (tmp_path / "a.txt").read_text() == "first"
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("name", ["a.txt", "new/a.txt"])
def test_a_folder_without_permission_is_named_with_the_file(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o555)

    with without_privileges(), pytest.raises(DataError) as raised, whole_file(folder / name):
        pass

    assert os.listdir(folder) == []
    assert str(raised.value) == f"{folder / name}: the file cannot be written: Permission denied."


def test_a_folder_in_the_file_s_place_is_refused_in_the_words_that_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()

    with pytest.raises(DataError) as raised, whole_file(tmp_path / "a.png", what="picture"):
        pass

    assert str(raised.value) == f"{tmp_path / 'a.png'}: the picture cannot be written: Is a directory."
    assert os.listdir(tmp_path) == ["a.png"]


def test_a_link_planted_under_the_draft_s_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda size: "0" * 2 * size)
    with whole_file(tmp_path / "a.txt") as draft:
        pass
    (tmp_path / "theirs").write_text("theirs")
    draft.symlink_to(tmp_path / "theirs")

    with pytest.raises(DataError, match=r"a\.txt: the file cannot be written: File exists\."), whole_file(tmp_path / "a.txt") as draft:
        draft.write_text("ours")

    assert (tmp_path / "theirs").read_text() == "theirs"
    assert (tmp_path / "a.txt").read_text() == ""
