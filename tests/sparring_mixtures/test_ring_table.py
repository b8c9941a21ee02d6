"""The table of every loss plays recipes that can be built, once each."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from sparring import Plugins, load_recipe

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ring_table(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "tools")
    return import_module("ring_table")


def ring() -> dict:
    return yaml.safe_load(load_recipe(ROOT / "recipes" / "toy-ring.yaml").dump())


def test_every_row_is_a_recipe_that_can_be_built(ring_table: ModuleType, tmp_path: Path) -> None:
    plugins = Plugins()
    for name, row in ring_table.ROWS.items():
        path = tmp_path / "row.yaml"
        path.write_text(yaml.safe_dump(row.recipe(ring(), name="row", steps=4, seed=0)))

        recipe = load_recipe(path, plugins=plugins)

        assert recipe.players["generator"].terms["adversarial"].use.name == name.partition(" + ")[0]


def test_a_row_has_its_own_terms_only(ring_table: ModuleType) -> None:
    base = ring()

    tree = ring_table.ROWS["non-saturating + label flipping"].recipe(base, name="row", steps=4, seed=0)

    assert "r1" in base["players"]["discriminator"]["terms"]
    assert tree["players"]["discriminator"]["terms"] == {"adversarial": {"use": "non-saturating", "flipped": 0.05}}
    assert tree["players"]["generator"]["terms"] == {"adversarial": {"use": "non-saturating"}}


def test_a_row_is_played_once(ring_table: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    base = ring()
    base["data"]["held_out"] = 50

    first = ring_table.play("lsgan", base, 2, 0)
    for log in tmp_path.glob("*.log"):
        log.unlink()
    again = ring_table.play("lsgan", base, 2, 0)

    assert first == again
    assert set(first.scores) == set(ring_table.METRICS)
    assert not list(tmp_path.glob("*.log"))


def test_the_table_has_means_and_deviations_over_seeds_and_leaves_out_what_is_not_defined(ring_table: ModuleType) -> None:
    truth = {"modes-reached": 8.0, "high-quality-share": 0.99, "mode-divergence": 0.001}
    played = [
        ring_table.Played("lsgan", 0, {"modes-reached": 8.0, "high-quality-share": 0.5, "mode-divergence": None}, truth, 10.0),
        ring_table.Played("lsgan", 1, {"modes-reached": 6.0, "high-quality-share": 0.7, "mode-divergence": 0.1}, truth, 12.0),
    ]

    assert ring_table.table(played, "title").splitlines() == [
        "title",
        "",
        "|  | modes-reached | high-quality-share | mode-divergence | s per 1000 steps |",
        "| --- | ---: | ---: | ---: | ---: |",
        "| real points | 8.0 | 0.990 | 0.001 |  |",
        "| lsgan | 7.0 ± 1.4 | 0.600 ± 0.141 | 0.100 | 11.0 |",
    ]
