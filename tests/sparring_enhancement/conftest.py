"""Recordings to read: a VoiceBank-DEMAND of a few short files, and single waves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

WriteWave = Callable[..., Path]


@pytest.fixture
def write_wave() -> WriteWave:
    """Write (time) or (time, channels) samples; WAV files as float, unless told otherwise."""

    def write(path: Path, samples: np.ndarray, sample_rate_hz: int = 48000, subtype: str | None = "FLOAT") -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, samples, sample_rate_hz, subtype=subtype if path.suffix == ".wav" else None)
        return path

    return write


@pytest.fixture
def lay_out(write_wave: WriteWave) -> WriteWave:
    """Lay out the set in a folder: three speakers to train on and two to test with."""

    def lay(root: Path, *, sample_rate_hz: int = 48000, seconds: float = 2.5) -> Path:
        draw = np.random.default_rng(0)
        for names, part in ((("p225_001", "p226_001", "p227_001", "p227_002"), "trainset_28spk"), (("p232_001", "p257_001"), "testset")):
            for name in names:
                clean = 0.1 * draw.standard_normal(int(seconds * sample_rate_hz))
                write_wave(root / f"clean_{part}_wav" / f"{name}.wav", clean, sample_rate_hz)
                write_wave(root / f"noisy_{part}_wav" / f"{name}.wav", clean + 0.02 * draw.standard_normal(len(clean)), sample_rate_hz)
        return root

    return lay
