"""Whatever a recipe file holds, the answer is a recipe or a `RecipeError` that says where."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from sparring import Problem, RecipeError, load_recipe
from sparring.recipe.text import as_yaml

RECIPE: dict[str, Any] = {
    "task": {"use": "toy"},
    "data": {"use": "toy-data", "batch_size": 8},
    "networks": {"generator": {"use": "net", "ema": 0.9, "frozen": False}, "discriminator": {"use": "net"}},
    "players": {
        "generator": {
            "learns": ["generator"],
            "optimizer": {"use": "adam", "lr": {"use": "linear", "start": 1}},
            "terms": {"l1": {"use": "l1", "of": ["a", "b"], "weight": 3, "from": 1, "until": 5}},
        }
    },
    "run": {"steps": 5, "seed": 1, "name": "toy", "precision": "bf16"},
    "evaluation": {"metrics": ["pesq", {"use": "stoi"}], "best": "pesq"},
}
PATHS = [
    "task", "task.use", "data", "data.use", "data.batch_size", "networks", "networks.generator", "networks.generator.ema",
    "networks.generator.frozen", "players", "players.generator", "players.generator.learns", "players.generator.optimizer",
    "players.generator.optimizer.lr", "players.generator.terms", "players.generator.terms.l1", "players.generator.terms.l1.of",
    "players.generator.terms.l1.weight", "players.generator.terms.l1.until", "run", "run.steps", "run.name", "run.precision",
    "evaluation", "evaluation.metrics", "evaluation.best", "extends",
]  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["use", "a", "of", "from"]), inner, max_size=3),
    max_leaves=6,
)
FRAGMENTS = [*"-[]{},'\"|>#?%\t~\0é\n", "a", "use", ": ", "  ", "- ", "&x", "*x", "!t", "1e-4"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "recipe.yaml"


def check(file: Path, text: bytes, *overrides: str) -> None:
    file.write_bytes(text)
    start = time.process_time()
    problems: tuple[Problem, ...] = ()

    try:
        load_recipe(file, overrides)
    except RecipeError as error:
        problems = error.problems

    assert all(problem.where for problem in problems), problems
    assert time.process_time() - start < 1


def fuzz(examples: int) -> Any:
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fuzz(60)
@given(text=st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join))
def test_fragments_of_yaml(file: Path, text: str) -> None:
    check(file, text.encode())


@fuzz(60)
@given(text=st.binary(max_size=100))
def test_bytes(file: Path, text: bytes) -> None:
    check(file, text)


@fuzz(60)
@given(changes=st.dictionaries(st.sampled_from(PATHS), VALUES, min_size=1, max_size=3))
def test_a_good_recipe_with_values_replaced(file: Path, changes: dict[str, Any]) -> None:
    check(file, as_yaml(RECIPE).encode(), *(f"{path}={as_yaml({'it': value})[4:].strip()}" for path, value in changes.items()))


@fuzz(60)
@given(data=st.data())
def test_a_good_recipe_with_characters_changed(file: Path, data: st.DataObject) -> None:
    text = bytearray(as_yaml(RECIPE).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))

    check(file, bytes(text))


LARGE = [b"a: [" + b"1," * 100_000, b"\n".join(b"k%d: 1" % n for n in range(20_000)), b"a: " + b"x " * 120_000, b"? " * 100_000]


@pytest.mark.parametrize("text", [*LARGE, b"!" * 200_000])
def test_large_files_cost_little(file: Path, text: bytes) -> None:
    check(file, text)
