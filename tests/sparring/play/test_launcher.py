"""What is read off the launcher that started this process."""

from __future__ import annotations

from types import SimpleNamespace

import joblib
import psutil
import pytest
import torch

from sparring.play.launcher import processes_asked, use_cores

LAUNCH = ["python", "/somewhere/bin/accelerate", "launch"]
SCRIPT = ["tools/run.py", "recipes/segan.yaml"]


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of threads that torch is told to use, on a machine of five cores."""
    told: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", told.append)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    monkeypatch.setattr(joblib, "cpu_count", lambda only_physical_cores: 5)
    return told


def started_by(monkeypatch: pytest.MonkeyPatch, words: list[str], **environment: str) -> None:
    parent = SimpleNamespace(cmdline=lambda: words, environ=lambda: environment)
    monkeypatch.setattr(psutil, "Process", lambda: SimpleNamespace(parent=lambda: parent))


def test_a_lone_process_gets_all_cores_where_nobody_asked_for_a_number_of_threads(
    threads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    started_by(monkeypatch, [*LAUNCH, *SCRIPT], HOME="/root")

    use_cores()

    assert threads == [5]


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        ([*LAUNCH, "--num_cpu_threads_per_process", "3", *SCRIPT], {}),
        ([*LAUNCH, "--num-cpu-threads-per-process=3", *SCRIPT], {}),
        ([*LAUNCH, *SCRIPT], {"OMP_NUM_THREADS": "1"}),
        (["bash"], {}),
    ],
)
def test_a_number_that_somebody_chose_stands(
    words: list[str], environment: dict[str, str], threads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    started_by(monkeypatch, words, **environment)

    use_cores()

    assert threads == []


def test_threads_that_the_program_chose_stand(threads: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    started_by(monkeypatch, [*LAUNCH, *SCRIPT])
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)

    use_cores()

    assert threads == []


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (["python", "-m", "accelerate.commands.launch", "--num_processes", "2", *SCRIPT], 2),
        ([*LAUNCH, "--num-processes=4", *SCRIPT], 4),
        ([*LAUNCH, *SCRIPT], None),
        (["bash", "--num_processes=4"], None),
    ],
)
def test_the_number_of_processes_is_what_the_launcher_was_told(
    words: list[str], number: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    started_by(monkeypatch, words)

    assert processes_asked() == number


def test_a_launcher_that_shows_nothing_is_none(threads: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> list[str]:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "Process", lambda: SimpleNamespace(parent=lambda: SimpleNamespace(cmdline=refused)))

    use_cores()

    assert processes_asked() is None
    assert threads == []
