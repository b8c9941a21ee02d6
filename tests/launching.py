"""Launching the tools as a user does, in one process or in two."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).parents[1] / "tools"
ONE = [sys.executable]
TWO = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


def launch(words: list[str], tool: str, *arguments: str) -> str:
    """What the tool printed; it must end with status 0."""
    done = subprocess.run([*words, str(TOOLS / tool), *arguments], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
