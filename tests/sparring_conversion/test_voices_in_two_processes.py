"""Speakers' recordings in a run of two processes, which share out the analyses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from accelerate import debug_launcher
from accelerate.state import AcceleratorState, PartialState

from sparring import DataError, world_size
from sparring_audio import bundled_corpus
from sparring_conversion.voices_data import VoicesData


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))
    for voice in ("rms", "slt"):
        for sentence in ("001", "002", "003", "004", "005"):
            wave, rate = soundfile.read(bundled_corpus().folder / voice / f"{sentence}.flac", start=4000, frames=14400)
            (tmp_path / "voices" / voice).mkdir(parents=True, exist_ok=True)
            soundfile.write(tmp_path / "voices" / voice / f"{sentence}.wav", wave, rate, subtype="FLOAT")
    return tmp_path / "voices"


def _open(root: str) -> None:
    torch.set_num_threads(1)
    AcceleratorState._reset_state(reset_partial_state=True)
    rank = PartialState(cpu=True).process_index
    assert world_size() == 2
    try:
        said = VoicesData(root=Path(root), crop_frames=64, same_sentences=True).fingerprint()
    except DataError as error:
        said = str(error)
    (Path(root).parent / f"said-by-{rank}").write_text(said)


def said_by_both(root: Path) -> tuple[str, str]:
    debug_launcher(_open, args=(str(root),), num_processes=2)
    return (root.parent / "said-by-0").read_text(), (root.parent / "said-by-1").read_text()


def test_two_processes_have_the_data_of_one(root: Path) -> None:
    first, second = said_by_both(root)

    analysed = list((root.parent / "cache").rglob("*.safetensors"))
    assert first == second == VoicesData(root=root, crop_frames=64, same_sentences=True).fingerprint()
    assert len(analysed) == 6
    assert list((root.parent / "cache").rglob("*.safetensors")) == analysed


def test_both_processes_refuse_what_one_of_them_met(root: Path) -> None:
    train = sorted(VoicesData(root=root, crop_frames=64, same_sentences=True).material.digests)
    soundfile.write(train[-1], np.full(16000, np.inf), 16000, subtype="FLOAT")

    first, second = said_by_both(root)

    assert first == second == f"{train[-1]}: the file contains NaN or infinity."
