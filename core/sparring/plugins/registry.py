"""The plugins that take part, what they bring, and the story of those that do not."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, cast

import pluggy

import sparring
from sparring import hooks
from sparring.component import KINDS, Component
from sparring.errors import PluginError
from sparring.plugins.builtin import Builtin
from sparring.plugins.contract import faults
from sparring.plugins.discovery import Failure, Plugin, in_words, installed, named_when_slow
from sparring.plugins.nearest import did_you_mean, nearest

NARROW = "SPARRING_PLUGINS"

log = logging.getLogger("sparring")


@dataclass(frozen=True)
class Owned:
    """A component and the plugin that brings it."""

    component: Component
    plugin: Plugin

    def absent(self) -> list[str]:
        """The modules that the component requires and that are not installed."""
        return [name for name in self.component.requires if find_spec(name.partition(".")[0]) is None]

    def missing(self) -> str:
        """What has to be installed before the component can work, and the command that does it; empty when nothing is missing."""
        absent = self.absent()
        if not absent:
            return ""
        verb = "is" if len(absent) == 1 else "are"
        brought = f"'{self.plugin.distribution or 'sparring'}[{self.component.extra}]'" if self.component.extra else " ".join(absent)
        return f"{self.component.name!r} needs {' and '.join(absent)}, which {verb} not installed: pip install {brought}"


class UnknownComponent(PluginError):
    """Nobody brings what was asked for, or more than one plugin does. `hints` are the ways out."""

    def __init__(self, message: str, *hints: str) -> None:
        self.message = message
        self.hints = hints
        super().__init__("\n  ".join((message, *hints)))


class Plugins:
    """The plugins found on install, those in `register` (modules or objects with hooks), and core's own.

    `SPARRING_PLUGINS=a,b` narrows discovery to the plugins named; `discover=False` leaves only `register` and core's own.
    A stranger's plugin that fails to import, to validate or to answer is put into `failures` and takes no part; ours, and
    what is registered by hand, raise.
    """

    def __init__(self, register: Iterable[object] = (), *, discover: bool = True) -> None:
        self.failures: list[Failure] = []
        self.left_out: list[Plugin] = []
        self._brought: dict[Plugin, tuple[Component, ...]] = {}
        self._manager = pluggy.PluginManager(hooks.PROJECT)
        self._manager.add_hookspecs(hooks)
        self._add(Plugin("sparring", "sparring", sparring.__version__), Builtin)
        for item in register:
            self._add(Plugin(getattr(item, "__name__", type(item).__name__)), lambda item=item: item)
        if discover:
            self._discover([name.strip() for name in os.environ.get(NARROW, "").split(",") if name.strip()])

    @property
    def loaded(self) -> list[Plugin]:
        """The plugins that take part, in the order in which they were loaded."""
        return list(self._brought)

    def components(self, kind: str | None = None) -> list[Owned]:
        """Everything that a recipe can name, or everything of one kind, by kind and name."""
        found = [Owned(component, plugin) for plugin, brought in self._brought.items() for component in brought]
        return sorted(
            (owned for owned in found if kind in (None, owned.component.kind)),
            key=lambda owned: (owned.component.kind, owned.component.name, owned.plugin.name),
        )

    def find(self, kind: str | tuple[str, ...], name: str) -> Owned:
        """The component of that name, or of `plugin:name`; `kind` may be several kinds that share a place in recipes.

        Raises `UnknownComponent` with the nearest name and the plugins that did not load, or with all owners of one name.
        """
        kinds = (kind,) if isinstance(kind, str) else kind
        owner, _, bare = name.rpartition(":")
        found = [
            owned
            for owned in self.components()
            if owned.component.kind in kinds and owned.component.name == bare and owner in ("", owned.plugin.name)
        ]
        if len(found) > 1:
            owners = " and ".join(f"plugin {owned.plugin}" for owned in found)
            choices = " or ".join(repr(f"{owned.plugin.name}:{bare}") for owned in found)
            raise UnknownComponent(f"the name {bare!r} belongs to {owners}", f"write {choices}")
        if not found:
            what = "component" if kinds == KINDS else " or ".join(kinds)
            raise UnknownComponent(f"no {what} is called {name!r}", *self._ways_out(kinds, owner, bare))
        return found[0]

    def watch(self, hook: str, **about: Any) -> None:
        """Tell every plugin that watches `hook`, one by one. A stranger's that raises is named once, and told nothing more."""
        for implementation in list(getattr(self._manager.hook, hook).get_hookimpls()):
            plugin = next(plugin for plugin in self.loaded if plugin.name == implementation.plugin_name)
            try:
                implementation.function(*(about[name] for name in implementation.argnames))
            except (Exception, SystemExit) as error:
                if plugin.is_ours:
                    raise
                self._manager.unregister(name=plugin.name)
                log.warning("plugin %s failed in %s and is told nothing more: %s", plugin, hook, in_words(error))

    def _discover(self, only: list[str]) -> None:
        found = installed()
        names = [entry.plugin.name for entry in found]
        for entry in found:
            if only and entry.plugin.name not in only:
                self.left_out.append(entry.plugin)
            else:
                self._add(entry.plugin, entry.load)
        for name in only:
            if name not in names:
                hint = "; ".join((f"{NARROW} names it, but it is not installed", *did_you_mean(name, names, what="installed")))
                self.failures.append(Failure(Plugin(name), hint))

    def _add(self, plugin: Plugin, load: Callable[[], object]) -> None:
        try:
            with named_when_slow(plugin, log.warning):
                self._brought[plugin] = self._register(plugin, load())
        except (Exception, SystemExit) as error:
            if plugin.is_ours:
                raise
            self.failures.append(Failure(plugin, in_words(error)))

    def _register(self, plugin: Plugin, answerer: object) -> tuple[Component, ...]:
        """Register one plugin and ask it for its components; a plugin that does not answer well is registered no longer."""
        if self._manager.has_plugin(plugin.name):
            raise PluginError(f"another plugin is called {plugin.name!r} as well, and came first")
        self._manager.register(answerer, plugin.name)
        try:
            self._manager.check_pending()
            return self._answers(plugin)
        except BaseException:
            self._manager.unregister(name=plugin.name)
            raise

    def _answers(self, plugin: Plugin) -> tuple[Component, ...]:
        callers = self._manager.get_hookcallers(self._manager.get_plugin(plugin.name)) or []
        mine = {caller.name: impl for caller in callers for impl in caller.get_hookimpls() if impl.plugin_name == plugin.name}
        if not mine:
            raise PluginError("it answers no hook; a hook is a function marked with @hookimpl, such as sparring_components")
        wrappers = [name for name, implementation in mine.items() if implementation.wrapper or implementation.hookwrapper]
        if wrappers:
            raise PluginError(f"{wrappers[0]} is a wrapper, and hooks are called one by one")
        if "sparring_components" not in mine:
            return ()
        answers = tuple(cast("Iterable[Component]", mine["sparring_components"].function()))
        wrong = faults(answers)
        if wrong:
            raise PluginError("; ".join(wrong))
        return answers

    def _ways_out(self, kinds: tuple[str, ...], owner: str, name: str) -> list[str]:
        of_kind = [owned for owned in self.components() if owned.component.kind in kinds]
        hints = []
        plugins = {plugin.name for plugin in (*self.loaded, *self.left_out, *(failure.plugin for failure in self.failures))}
        if owner and owner not in plugins:
            hints.append(f"no plugin is called {owner!r}" + (f", did you mean {near!r}?" if (near := nearest(owner, plugins)) else ""))
        hints += did_you_mean(name, (owned.component.name for owned in of_kind), what="known")
        if not hints and of_kind:
            hints.append("'sparring list' shows those that there are")
        others = [owned for owned in self.components() if owned.component.name == name and owned.component.kind not in kinds]
        hints += [f"plugin {owned.plugin} has a {owned.component.kind} of that name" for owned in others]
        hints += [str(failure) for failure in self.failures]
        if self.left_out:
            hints.append(f"{NARROW} leaves out {', '.join(plugin.name for plugin in self.left_out)}")
        return hints
