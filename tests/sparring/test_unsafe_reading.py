"""Nothing in the framework can be made to run code by a file that it reads."""

from __future__ import annotations

import re
from pathlib import Path

import sparring

CORE = Path(sparring.__file__).parents[1]


def test_the_unsafe_ways_to_read_a_file_stand_nowhere() -> None:
    unsafe = re.compile(
        r"\bpickle\b|\btorch\.(load|save)\(|\byaml\.(load|full_load|unsafe_load)\(|(?<![.\w])eval\(|\bshell=True|allow_pickle=True"
    )
    code = [path for root in ("core", "plugins") for path in (CORE.parent / root).rglob("*.py")]

    found = [f"{path}:{number}" for path in code for number, line in enumerate(path.read_text().splitlines(), 1) if unsafe.search(line)]

    assert len(code) > 20
    assert found == []
