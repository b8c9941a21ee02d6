"""What the repository promises of itself: arrows point inward, and nothing is left undocumented."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sparring import KINDS, Plugins, hooks, load_recipe
from sparring.recipe.recipe import check_components

ROOT = Path(__file__).parents[1]
PLUGINS = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir()}
SHARED = {"sparring_objectives", "sparring_audio", "sparring_vision"}
DOCS = "\n".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))
RECIPES = sorted((ROOT / "recipes").glob("*.yaml"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_core_imports_no_plugin() -> None:
    for path in (ROOT / "core").rglob("*.py"):
        roots = {name.partition(".")[0] for name in imported(path)}
        assert not roots & PLUGINS, f"{path.relative_to(ROOT)} imports {sorted(roots & PLUGINS)}"


@pytest.mark.parametrize("plugin", sorted(PLUGINS))
def test_a_plugin_imports_the_public_door_and_shared_plugins_only(plugin: str) -> None:
    for path in (ROOT / "plugins" / plugin).rglob("*.py"):
        names = set(imported(path))
        inside = {name for name in names if name.startswith("sparring.")}
        others = {name.partition(".")[0] for name in names} & PLUGINS - SHARED - {plugin}
        assert not inside, f"{path.relative_to(ROOT)} goes around the public door: {sorted(inside)}"
        assert not others, f"{path.relative_to(ROOT)} imports another domain: {sorted(others)}"


@pytest.mark.parametrize("plugin", sorted(PLUGINS - SHARED))
def test_domain_code_leaves_gradients_and_devices_to_the_engine(plugin: str) -> None:
    forbidden = re.compile(r"\.detach\(|requires_grad_\(|\.cuda\(|torch\.distributed|accelerate")
    for path in (ROOT / "plugins" / plugin).rglob("*.py"):
        found = forbidden.findall(path.read_text())
        assert not found, f"{path.relative_to(ROOT)} has {found}"


def test_every_file_is_of_moderate_length() -> None:
    for path in (*(ROOT / "core").rglob("*.py"), *(ROOT / "plugins").rglob("*.py"), *(ROOT / "tools").glob("*.py")):
        assert len(path.read_text().splitlines()) <= 300, path.relative_to(ROOT)


def test_every_hook_and_kind_is_documented() -> None:
    names = [name for name in vars(hooks) if name.startswith("sparring_")]

    assert names
    assert [name for name in names if f"`{name}" not in DOCS] == []
    assert [kind for kind in KINDS if kind not in (ROOT / "docs" / "plugins.md").read_text()] == []


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_can_be_built_and_is_documented(path: Path) -> None:
    header = path.read_text().partition("\ntask:")[0]

    assert check_components(load_recipe(path), Plugins()) == []
    assert f"accelerate launch tools/run.py recipes/{path.name}" in header
    assert f"`{path.stem}`" in DOCS


def test_the_readme_has_the_two_commands_that_ci_runs() -> None:
    readme = (ROOT / "README.md").read_text()

    for name in ("main", "tests"):
        assert re.search(rf"<!-- command: {name} -->\n```bash\npython3 -m venv .venv && ", readme)
