"""The questions that sparring asks its plugins. A plugin answers with functions of the same names, marked `@hookimpl`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pluggy

from sparring.component import Component

PROJECT = "sparring"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def sparring_components() -> Iterable[Component]:  # type: ignore[empty-body]
    """What do you bring? The answer is data: nothing that a component names is imported before a recipe uses it."""


@hookspec
def sparring_run_started(run: Any) -> None:
    """A run begins or resumes. Asked on the first process, as all that follow."""


@hookspec
def sparring_step_played(run: Any, step: Any) -> None:
    """Every player has taken its turns once. Reading a tensor of `step` waits for the device: seldom worth it."""


@hookspec
def sparring_evaluated(run: Any, scorecard: Any) -> None:
    """A scorecard has been written."""


@hookspec
def sparring_run_ended(run: Any) -> None:
    """A run is complete, or was asked to stop and has saved."""
