"""Plugins found on install: ours, strangers', and strangers' that do not work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sparring import Component, PluginError, Plugins, hookimpl
from sparring.plugins.registry import UnknownComponent

Install = Callable[[str, str], None]

GOOD = """
    from sparring import Component, hookimpl
    @hookimpl
    def sparring_components():
        yield Component(kind="loss", name="gain", target="good:Gain", summary="a gain")
"""
IMPORT_ERROR = "import acme_dsp"
SYSTEM_EXIT = "raise SystemExit(3)"
BAD_SIGNATURE = """
    from sparring import hookimpl
    @hookimpl
    def sparring_components(config): return []
"""
MISSPELT_HOOK = """
    from sparring import hookimpl
    @hookimpl
    def sparring_componets(): return []
"""
NO_HOOK = "def sparring_components(): return []"
RAISES = """
    from sparring import hookimpl
    @hookimpl
    def sparring_components():
        yield from ()
        raise ValueError("no licence")
"""
NOT_COMPONENTS = """
    from sparring import hookimpl
    @hookimpl
    def sparring_components(): return ["gain"]
"""
WRAPPER = """
    from sparring import hookimpl
    @hookimpl(wrapper=True)
    def sparring_components(): return (yield)
"""
BAD_COMPONENT = """
    from sparring import Component, hookimpl
    @hookimpl
    def sparring_components():
        yield Component(kind="loss", name="My_Loss", target="acme.Loss", summary="")
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Lays a distribution with one plugin onto the import path, as pip would."""
    monkeypatch.syspath_prepend(tmp_path)
    narrowed: list[str] = []

    def lay(name: str, source: str) -> None:
        info = tmp_path / f"{name}_voices-0.3.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-voices\nVersion: 0.3\n")
        (info / "entry_points.txt").write_text(f"[sparring]\n{name} = {name}\n")
        (tmp_path / f"{name}.py").write_text("\n".join(line.removeprefix("    ") for line in source.splitlines()))
        narrowed.append(name)
        monkeypatch.setenv("SPARRING_PLUGINS", ",".join(narrowed))

    yield lay
    for name in narrowed:
        if name != "sparring":
            sys.modules.pop(name, None)


class Brings:
    """A plugin made on the spot."""

    def __init__(self, name: str, *components: Component) -> None:
        self.__name__ = name
        self.components = components

    @hookimpl
    def sparring_components(self) -> Iterator[Component]:
        yield from self.components


def loss(name: str) -> Component:
    return Component(kind="loss", name=name, target="somewhere:Loss", summary="a loss")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (IMPORT_ERROR, "ModuleNotFoundError: No module named 'acme_dsp'"),
        (SYSTEM_EXIT, "SystemExit: 3"),
        (BAD_SIGNATURE, "PluginValidationError: Plugin 'acme' for hook 'sparring_components'"),
        (MISSPELT_HOOK, "PluginValidationError: unknown hook 'sparring_componets'"),
        (NO_HOOK, "it answers no hook; a hook is a function marked with @hookimpl, such as sparring_components"),
        (RAISES, "ValueError: no licence"),
        (NOT_COMPONENTS, "sparring_components gave 'gain', which is not a Component"),
        (WRAPPER, "sparring_components is a wrapper, and hooks are called one by one"),
        (
            BAD_COMPONENT,
            "loss 'My_Loss': a name is kebab-case, such as 'segan-generator'; "
            "loss 'My_Loss': target 'acme.Loss' is not of the form 'package.module:Name'; loss 'My_Loss': the summary is empty",
        ),
    ],
)
def test_a_broken_stranger_is_remembered_and_the_others_work(install: Install, source: str, reason: str) -> None:
    install("acme", source)
    install("good", GOOD)

    plugins = Plugins()

    assert plugins.find("loss", "gain").plugin.distribution == "good-voices"
    assert [plugin.name for plugin in plugins.loaded] == ["sparring", "good"]
    assert str(plugins.failures[0]).startswith(f"plugin 'acme' (acme-voices 0.3) did not load: {reason}")
    assert len(plugins.failures) == 1


def test_a_failed_look_up_tells_the_whole_story(install: Install) -> None:
    install("acme", IMPORT_ERROR)
    install("good", GOOD)
    plugins = Plugins()

    with pytest.raises(UnknownComponent) as caught:
        plugins.find(("loss", "regularizer"), "gian")

    left_out = ", ".join(plugin.name for plugin in plugins.left_out)
    assert str(caught.value) == (
        "no loss or regularizer is called 'gian'\n"
        "  did you mean 'gain'?\n"
        "  plugin 'acme' (acme-voices 0.3) did not load: ModuleNotFoundError: No module named 'acme_dsp'\n"
        f"  SPARRING_PLUGINS leaves out {left_out}"
    )


def test_two_owners_of_a_name_are_both_named_and_the_recipe_settles_it() -> None:
    plugins = Plugins([Brings("acme", loss("gain")), Brings("good", loss("gain"))], discover=False)

    assert plugins.find("loss", "good:gain").plugin.name == "good"
    with pytest.raises(UnknownComponent) as caught:
        plugins.find("loss", "gain")
    assert str(caught.value) == "the name 'gain' belongs to plugin 'acme' and plugin 'good'\n  write 'acme:gain' or 'good:gain'"


def test_a_name_of_another_kind_is_pointed_out() -> None:
    plugins = Plugins([Brings("acme", loss("gain"))], discover=False)

    with pytest.raises(UnknownComponent) as caught:
        plugins.find("network", "gain")

    assert str(caught.value) == "no network is called 'gain'\n  plugin 'acme' has a loss of that name"


def test_a_plugin_that_is_not_there_is_pointed_out() -> None:
    plugins = Plugins([Brings("acme", loss("gain"))], discover=False)

    with pytest.raises(UnknownComponent) as caught:
        plugins.find("loss", "acne:gain")

    assert str(caught.value) == "no loss is called 'acne:gain'\n  no plugin is called 'acne', did you mean 'acme'?\n  did you mean 'gain'?"


def test_sparring_plugins_names_what_is_not_installed(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("good", GOOD)
    monkeypatch.setenv("SPARRING_PLUGINS", "goood, good")

    plugins = Plugins()

    assert [plugin.name for plugin in plugins.loaded] == ["sparring", "good"]
    assert str(plugins.failures[0]) == (
        "plugin 'goood' did not load: SPARRING_PLUGINS names it, but it is not installed; did you mean 'good'?"
    )


def test_a_stranger_cannot_take_the_name_of_a_plugin_that_came_first(install: Install) -> None:
    install("sparring", GOOD)

    plugins = Plugins()

    assert str(plugins.failures[0]).startswith("plugin 'sparring' (sparring-voices 0.3) did not load: ")
    assert plugins.find("optimizer", "adam").plugin.distribution == "sparring"


def test_what_a_program_registers_itself_may_crash_it() -> None:
    with pytest.raises(PluginError, match="which is not a Component"):
        Plugins([Brings("mine", "gain")], discover=False)  # type: ignore[arg-type]


def test_a_component_says_how_to_install_what_it_requires() -> None:
    plain = Component(kind="metric", name="vad", target="x:Y", summary="a metric", requires=("no_such_module", "json"))
    extra = Component(kind="metric", name="pesq", target="x:Y", summary="a metric", requires=("no_such_module",), extra="pesq")
    plugins = Plugins([Brings("acme", plain, extra, loss("gain"))], discover=False)

    assert plugins.find("metric", "vad").missing() == "'vad' needs no_such_module, which is not installed: pip install no_such_module"
    assert plugins.find("metric", "pesq").missing() == "'pesq' needs no_such_module, which is not installed: pip install 'sparring[pesq]'"
    assert plugins.find("loss", "gain").missing() == ""


WATCHES = """
    from sparring import hookimpl
    seen = []
    @hookimpl
    def sparring_step_played(step):
        seen.append(step)
        raise RuntimeError("disk full")
"""


def test_a_watching_stranger_that_raises_is_named_once_and_the_rest_go_on(install: Install, caplog: pytest.LogCaptureFixture) -> None:
    install("acme", WATCHES)
    seen: list[tuple[str, int]] = []

    class Watcher:
        @hookimpl
        def sparring_step_played(self, run: str, step: int) -> None:
            seen.append((run, step))

    plugins = Plugins([Watcher()])

    for step in (1, 2):
        plugins.watch("sparring_step_played", run="segan", step=step)

    assert seen == [("segan", 1), ("segan", 2)]
    assert [record.getMessage() for record in caplog.records] == [
        "plugin 'acme' (acme-voices 0.3) failed in sparring_step_played and is told nothing more: RuntimeError: disk full"
    ]


def test_a_stranger_that_hangs_is_named(install: Install, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr("sparring.plugins.discovery.SLOW_SECONDS", 0.05)
    install("acme", "import time\ntime.sleep(0.3)\n" + GOOD)

    Plugins()

    assert "plugin 'acme' (acme-voices 0.3) has been loading for 0.05 seconds" in caplog.text
