"""What a run was: its seed, its data, and for every start when, where, with what and by which command."""

from __future__ import annotations

import os
import platform
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import torch

import sparring
from sparring.runs.atomic import JSON

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a start of a run tells about itself.

    `fingerprint` and `data` are those of `Data.fingerprint` and `Data.describe`, `command` the words of the command line,
    `plugins` the versions of the plugins in use, `processes` how many came up.
    """

    seed: int
    fingerprint: str
    data: str
    command: Sequence[str]
    processes: int = 1
    plugins: Mapping[str, str] = field(default_factory=dict)

    def first(self) -> dict[str, JSON]:
        """The manifest of a new run, with this as its first start."""
        return {
            "format": FORMAT,
            "seed": self.seed,
            "data": {"fingerprint": self.fingerprint, "description": self.data},
            "starts": [self.start()],
        }

    def start(self) -> dict[str, JSON]:
        """This start of the run, as of now and on this machine."""
        return {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": shlex.join(self.command),
            "versions": versions(),
            "plugins": dict(self.plugins),
            "processes": self.processes,
            "machine": machine(),
        }


def versions() -> dict[str, str]:
    """The versions of what computes: a score or a loss may change with any of them."""
    return {
        "sparring": sparring.__version__,
        "torch": str(torch.__version__),
        "accelerate": metadata.version("accelerate"),
        "python": platform.python_version(),
    }


def machine() -> dict[str, JSON]:
    """The machine in words: its processor, the cores that this process may use, and its GPUs."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "gpus": [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())],
        "system": f"{platform.system()} {platform.release()}",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
