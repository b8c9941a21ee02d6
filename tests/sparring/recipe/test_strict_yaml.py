"""YAML as people think it is."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from sparring import RecipeError
from sparring.recipe.strict_yaml import read_mapping, read_value
from sparring.recipe.text import as_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4), ("2.0e-4", 2e-4), (".5", 0.5), ("1.", 1.0), ("-3", -3), ("+3", 3), ("0", 0),
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        ("no", "no"), ("yes", "yes"), ("True", "True"), ("on", "on"), ("007", "007"), ("1_000", "1_000"), ("0x10", "0x10"),
        ("12:30", "12:30"), ("2026-11-22", "2026-11-22"), ("'1e-4'", "1e-4"), ('"true"', "true"), ("~/speech", "~/speech"),
        ("[a, 1, [2.5]]", ["a", 1, [2.5]]), ("{use: linear, start: 1}", {"use": "linear", "start": 1}),
    ],
)  # fmt: skip
def test_a_value_is_what_it_looks_like(text: str, value: Any) -> None:
    read = read_value(text, "command line")

    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"a: 1\nb:\n  c: 2\n  c: 3", "r.yaml:4: b.c: the key 'c' is here twice, first at r.yaml:3"),
        (b"a: &x 1", "r.yaml:1: a: anchors and aliases (& and *) are not allowed: write the value again, or use 'extends'"),
        (b"a: [1]\nb: *a", "r.yaml:2: b: anchors and aliases (& and *) are not allowed: write the value again, or use 'extends'"),
        (b"a: !!python/name:os.system x", "r.yaml:1: a: tags are not allowed: 'tag:yaml.org,2002:pyt...'"),
        (b"a: .inf", "r.yaml:1: a: the number .inf is not finite"),
        (b"a: 1e999", "r.yaml:1: a: the number 1e999 is not finite"),
        (b"a: " + b"9" * 5000, "r.yaml:1: a: the number 999999999999999999999... is too large"),
        (b"a: 1\n---\nb: 2", "r.yaml:2: a second document starts here, and a recipe is one"),
        (b"- a", "r.yaml:1: a recipe is a mapping, such as 'task: speech-enhancement'"),
        (b"", "r.yaml:1: a recipe is a mapping, such as 'task: speech-enhancement'"),
        (b"a: 1\nb: \x00", "r.yaml:2: the character U+0000 is not allowed in YAML"),
        (b"a: 1\n\xff", "r.yaml:2: is not text in UTF-8"),
        (b"a: b: c", "r.yaml:1: is not YAML: mapping values are not allowed here"),
        (b"? [a]\n: b", "r.yaml:1: a key is a name, not a list or a mapping"),
        (b"a.b: 1", "r.yaml:1: a key is a name without spaces, dots, brackets or '=', not 'a.b'"),
        (b'a: "\\ud800"', "r.yaml:1: a: the text holds half a surrogate pair"),
        (b"x" * 300_000, "r.yaml: 300000 bytes are too many: a recipe has at most 262144"),
    ],
)
def test_what_is_refused_is_refused_with_its_place(text: bytes, error: str) -> None:
    with pytest.raises(RecipeError) as caught:
        read_mapping(text, "r.yaml")

    assert str(caught.value) == error


@pytest.mark.parametrize("text", [b"a: " + b"[" * 5000, b"[" * 5000, b"{a: " * 5000, b"- " * 5000, b"a:\n" + b" - " * 5000])
def test_deep_nesting_is_refused_before_it_costs_anything(text: bytes) -> None:
    start = time.process_time()

    with pytest.raises(RecipeError, match="is nested more than 20 levels deep"):
        read_mapping(text, "r.yaml")

    assert time.process_time() - start < 1


def test_every_path_knows_its_line() -> None:
    document = read_mapping(b"a:\n  b:\n    - 1\n    - c: 2\n", "r.yaml")

    assert document.where == {"a": "r.yaml:1", "a.b": "r.yaml:2", "a.b[0]": "r.yaml:3", "a.b[1]": "r.yaml:4", "a.b[1].c": "r.yaml:4"}


KEYS = st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | FLOATS | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_a_tree_that_is_written_reads_back_the_same(tree: dict[str, Any]) -> None:
    read = read_mapping(as_yaml(tree).encode(), "r.yaml").tree

    assert repr(read) == repr(tree)
