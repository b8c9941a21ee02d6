"""What `accelerate launch` was told, read from the launcher's own process: it tells its child too little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import joblib
import psutil
import torch


def processes_asked() -> int | None:
    """The N of `accelerate launch --num_processes N`; None where there is no such launcher, or it was told no number."""
    launcher = _launcher()
    number = "" if launcher is None else _option(launcher[0], "num_processes")
    return int(number) if number.isdigit() else None


def use_cores() -> None:
    """Give torch all physical cores that this process may use, if `accelerate launch` left it one thread and nobody had asked for that.

    Without a GPU, the launcher sets OMP_NUM_THREADS to 1 unless it has --num_cpu_threads_per_process, --cpu, or OMP_NUM_THREADS itself.
    For a process that is alone on its machine. More than one thread is a choice of the program that this runs in, and stands.
    """
    launcher = _launcher()
    if launcher is None or torch.get_num_threads() > 1:
        return
    words, environment = launcher
    if not _option(words, "num_cpu_threads_per_process") and not environment.get("OMP_NUM_THREADS"):
        torch.set_num_threads(joblib.cpu_count(only_physical_cores=True))


def _launcher() -> tuple[Sequence[str], Mapping[str, str]] | None:
    """The command line and the environment of the `accelerate launch` that started this process, if one did and shows them."""
    try:
        parent = psutil.Process().parent()
        words, environment = (parent.cmdline(), parent.environ()) if parent else ([], {})
    except (psutil.Error, OSError):
        return None
    ours = any(
        Path(word).name == "accelerate" or word.endswith(("accelerate.commands.launch", "accelerate/commands/launch.py"))
        for word in words[:4]
    )
    return (words, environment) if ours else None


def _option(words: Sequence[str], name: str) -> str:
    """The value of an option on a command line, which may have hyphens for underscores; nothing where it is not given."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        given, _, value = word.partition("=")
        if given.startswith("--") and given[2:].replace("-", "_") == name:
            return value or following
    return ""
