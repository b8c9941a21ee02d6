"""A value from a recipe, as an error shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def shown(value: Any) -> str:
    """A value from YAML as its author wrote it; a long one by what it is."""
    if isinstance(value, str):
        return f"the text {value!r}" if len(value) <= 60 else f"a text of {len(value)} characters"
    if isinstance(value, Mapping):
        return "a mapping"
    written = json.dumps(value)
    return written if len(written) <= 60 else f"a list of {len(value)}"
