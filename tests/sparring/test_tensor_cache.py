"""What plugins keep on disk between runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from sparring import DataError, keep_tensors, read_tensors


def test_what_another_process_kept_first_stays(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "x.safetensors"
    keep_tensors(path, {"x": torch.zeros(2)}, who="first")

    kept = keep_tensors(path, {"x": torch.ones(2)}, who="second")

    assert (kept.notes, kept.tensors["x"].tolist()) == ({"who": "first"}, [0, 0])
    assert [found.name for found in path.parent.iterdir()] == ["x.safetensors"]


def test_a_cache_that_cannot_be_written_names_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(DataError, match=r"could not be written: .*\. Make room, or set SPARRING_CACHE to another folder$"):
        keep_tensors(tmp_path / "file" / "x.safetensors", {"x": torch.zeros(2)})


def test_a_damaged_file_is_removed_and_counts_as_missing(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    keep_tensors(path, {"x": torch.zeros(2)})
    path.write_bytes(path.read_bytes()[:-3])

    kept = read_tensors(path)

    assert kept is None
    assert not path.exists()
