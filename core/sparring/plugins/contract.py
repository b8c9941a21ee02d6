"""What a plugin's answer has to look like, whoever wrote it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from sparring.component import KINDS, Component

KEBAB_CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def faults(answers: Iterable[Any]) -> list[str]:
    """What is wrong with the answers to `sparring_components`, a sentence each; an empty list when nothing is."""
    answers = list(answers)
    found = [fault for answer in answers for fault in _faults_of(answer)]
    counts = Counter((answer.kind, answer.name) for answer in answers if isinstance(answer, Component))
    return found + [f"{kind} {name!r} is brought {count} times" for (kind, name), count in counts.items() if count > 1]


def _faults_of(answer: Any) -> list[str]:
    if not isinstance(answer, Component):
        return [f"sparring_components gave {_short(answer)}, which is not a Component"]
    label = f"{answer.kind} {answer.name!r}"
    found = []
    if answer.kind not in KINDS:
        found.append(f"{label}: there is no kind {answer.kind!r}; the kinds are {', '.join(KINDS)}")
    if not (isinstance(answer.name, str) and KEBAB_CASE.fullmatch(answer.name)):
        found.append(f"{label}: a name is kebab-case, such as 'segan-generator'")
    if not (isinstance(answer.target, str) and TARGET.fullmatch(answer.target)):
        found.append(f"{label}: target {answer.target!r} is not of the form 'package.module:Name'")
    if not (isinstance(answer.summary, str) and answer.summary.strip()):
        found.append(f"{label}: the summary is empty")
    return found


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
