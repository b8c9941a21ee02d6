"""A checkpoint that somebody made up reads nothing, writes nothing and runs nothing outside its folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest
from toy_checkpoints import names, save

from sparring.errors import CheckpointError
from sparring.runs.checkpoint import Checkpoints


@pytest.mark.parametrize(
    "name", ["../secret.json", "/etc/passwd", "networks/../../secret.json", "", "a//b", "./state.json", "..\\secret", "C:secret"]
)
def test_a_hostile_manifest_reads_nothing_outside(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.json").write_text("{}")
    folder = save(Checkpoints(tmp_path / "checkpoints"), 1)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"][name] = {"bytes": 2, "sha256": "0" * 64}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    opened = watch_opens(monkeypatch)

    with pytest.raises(CheckpointError, match="could lead out of the folder"):
        Checkpoints(tmp_path / "checkpoints").latest()

    assert all(path.is_relative_to(tmp_path / "checkpoints") for path in opened)


def watch_opens(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    opened: list[Path] = []
    real = os.open

    def watched(path: str | Path, flags: int, mode: int = 0o777) -> int:
        opened.append(Path(path))
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", watched)
    return opened


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "null",
        '{"files": []}',
        '{"files": {"a": 1}, "format": 1, "step": 1}',
        "[" * 100_000,
        '{"format": 2, "files": {}}',
    ],
    ids=["list", "null", "files-list", "no-entry", "deep", "newer"],
)
def test_a_manifest_of_another_form_is_damage_and_no_traceback(content: str, tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 0)
    (save(checkpoints, 1) / "manifest.json").write_text(content)

    newest = checkpoints.latest()

    assert newest is not None
    assert newest.step == 0


def test_a_manifest_that_is_too_large_is_not_even_read(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    save(checkpoints, 0)
    manifest = save(checkpoints, 1) / "manifest.json"
    manifest.write_text(manifest.read_text() + " " * 2**20)

    checkpoints.latest()

    assert checkpoints.set_aside == [
        f"{tmp_path}/step-00000001: is damaged: manifest.json has more than 1,048,576 bytes; kept as damaged-step-00000001"
    ]


def test_a_checkpoint_behind_symbolic_links_is_not_trusted(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    save(checkpoints, 1)
    shutil.move(save(checkpoints, 2) / "networks", tmp_path / "networks")
    (tmp_path / "checkpoints/step-00000002/networks").symlink_to(tmp_path / "networks")
    shutil.move(save(Checkpoints(tmp_path / "other"), 3), tmp_path / "elsewhere")
    (tmp_path / "checkpoints/step-00000003").symlink_to(tmp_path / "elsewhere")

    newest = checkpoints.latest()

    assert newest is not None
    assert newest.step == 1
    assert (tmp_path / "elsewhere/manifest.json").is_file()
    assert (tmp_path / "networks/generator.safetensors").is_file()


def test_links_planted_where_a_save_will_write_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/kept").touch()
    (tmp_path / "checkpoints").mkdir()
    for name in (".writing-step-00000001", ".replaced-step-00000001", ".removing-step-00000009", ".writing-best.json"):
        (tmp_path / "checkpoints" / name).symlink_to(tmp_path / "outside")

    save(Checkpoints(tmp_path / "checkpoints"), 1, keep_as_best=True)

    assert names(tmp_path / "outside") == ["kept"]
    assert Checkpoints(tmp_path / "checkpoints").at(1).record("state") == {"step": 1}


@pytest.mark.parametrize("name", ["../generator", "/generator", "networks/../../x", "manifest", "a\\b"])
def test_a_save_writes_nothing_outside(name: str, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="a file of a checkpoint cannot be called"):
        Checkpoints(tmp_path / "checkpoints").save(1, {}, {name: 1})

    assert list(tmp_path.rglob("*")) == [tmp_path / "checkpoints"]


@pytest.mark.parametrize("content", [b"\xff" * 7 + b"\x7f" + b"{}", (2**62).to_bytes(8, "little"), b"cbuiltins\nexit\n(tR."])
def test_a_hostile_tensor_file_with_a_true_manifest_runs_nothing(content: bytes, tmp_path: Path) -> None:
    folder = save(Checkpoints(tmp_path), 1)
    (folder / "networks/generator.safetensors").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["networks/generator.safetensors"] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(CheckpointError, match="is no readable safetensors file"):
        Checkpoints(tmp_path).at(1).tensors("networks/generator")
