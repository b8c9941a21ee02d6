"""What the plugin says of itself is true, and written down."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from sparring import Component, Plugins
from sparring.recipe.building import build
from sparring.recipe.sections import BESIDE, Use
from sparring.recipe.signature import load, parameters
from sparring.testing import check_plugin
from sparring_objectives import plugin

PAGE = (Path(__file__).parents[2] / "docs" / "objectives.md").read_text()
COMPONENTS = {component.name: component for component in plugin.sparring_components()}
EXAMPLES: list[dict[str, Any]] = [yaml.safe_load(line) for line in re.findall(r"\{use: [^{}]*\}", PAGE)]
NEED_A_FILE = {"perceptual"}


def test_every_component_is_what_it_says() -> None:
    check_plugin(plugin)


@pytest.mark.parametrize("component", COMPONENTS.values(), ids=COMPONENTS)
def test_every_component_has_a_line_with_its_options_and_one_of_a_recipe(component: Component) -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith(f"| `{component.name}` |")]

    assert len(rows) == 1
    assert [option.name for option in parameters(load(component.target)) if f"`{option.name}" not in rows[0]] == []
    assert component.name in {example["use"] for example in EXAMPLES}


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one["use"] not in NEED_A_FILE], ids=lambda example: example["use"])
def test_the_recipe_lines_of_the_page_can_be_built(example: dict[str, Any]) -> None:
    component = COMPONENTS[example["use"]]
    options = {name: value for name, value in example.items() if name not in BESIDE.get(component.kind, ("use",))}

    built = build(Plugins(register=[plugin], discover=False), component.kind, Use("example", component.name, options))

    assert isinstance(built, load(component.target))
