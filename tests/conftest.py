"""One thread for every process that a test starts: Accelerate warns where the number is not set, and warnings are errors here. And what
the tests of whole recipes share: analyses of the bundled voices, made once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def bundled_analyses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bundled-analyses")


@pytest.fixture
def bundled_voices(bundled_analyses: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that play on the bundled voices."""
    monkeypatch.setenv("SPARRING_CACHE", str(bundled_analyses))
