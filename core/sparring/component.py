"""A component: anything that a recipe can name with `use:`, described without importing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["task", "data", "network", "loss", "regularizer", "view", "optimizer", "schedule", "metric", "baseline", "application"]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True, kw_only=True)
class Component:
    """One thing that a plugin brings.

    `target` is `"package.module:Name"`, imported only when a recipe uses the component; its signature is its configuration.
    `requires` names the importable modules without which it cannot work, `extra` the extra of this distribution that installs
    them: both only serve to say what is missing. `source` names the paper.
    """

    kind: Kind
    name: str
    target: str
    summary: str
    source: str = ""
    requires: tuple[str, ...] = ()
    extra: str = ""
