"""Installed plugins, found by their entry points; a stranger's that does not load is remembered, never fatal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata

from sparring.errors import PluginError
from sparring.hooks import PROJECT

GROUP = "sparring"
SLOW_SECONDS = 10.0


@dataclass(frozen=True)
class Plugin:
    """Where components come from: a plugin's name, and the distribution that brought it (empty for one registered by hand)."""

    name: str
    distribution: str = ""
    version: str = ""

    @property
    def is_ours(self) -> bool:
        """Ours, and what a program registers by itself, may crash the program; a stranger's may not."""
        return self.distribution in ("", PROJECT)

    def __str__(self) -> str:
        return f"{self.name!r} ({self.distribution} {self.version})" if self.distribution else repr(self.name)


@dataclass(frozen=True)
class Failure:
    """A plugin that is installed but takes no part, and why."""

    plugin: Plugin
    reason: str

    def __str__(self) -> str:
        return f"plugin {self.plugin} did not load: {self.reason}"


@dataclass(frozen=True)
class EntryPoint:
    """An installed plugin that has not been imported yet."""

    plugin: Plugin
    load: Callable[[], object]


def installed() -> list[EntryPoint]:
    """The plugins of this environment: ours first, then strangers by distribution and name."""
    found = [_entry_point(entry) for entry in metadata.entry_points(group=GROUP)]
    return sorted(found, key=lambda entry: (not entry.plugin.is_ours, entry.plugin.distribution, entry.plugin.name))


def _entry_point(entry: metadata.EntryPoint) -> EntryPoint:
    distribution, version = (entry.dist.name, entry.dist.version) if entry.dist else ("unknown", "unknown")
    return EntryPoint(Plugin(entry.name, distribution, version), entry.load)


def in_words(error: BaseException) -> str:
    """An exception as one line: its type and what it says; our own speak for themselves."""
    if isinstance(error, PluginError):
        return str(error)
    text = "; ".join(line.strip() for line in str(error).splitlines() if line.strip())
    text = text if len(text) <= 300 else f"{text[:297]}..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@contextmanager
def named_when_slow(plugin: Plugin, tell: Callable[[str], None]) -> Iterator[None]:
    """Name the plugin that is being loaded if it takes longer than anyone would wait: one that hangs cannot be stopped."""
    message = f"plugin {plugin} has been loading for {SLOW_SECONDS:g} seconds; SPARRING_PLUGINS=NAME,NAME loads only those named"
    timer = threading.Timer(SLOW_SECONDS, tell, args=(message,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
