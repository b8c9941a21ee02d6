"""A recipe's tree as YAML that our own reader reads back to the same tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from sparring.errors import RecipeError
from sparring.recipe.strict_yaml import read_value


class _Dumper(yaml.SafeDumper):
    """Writes the same object twice rather than an alias, and quotes every text that would be read as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=None if _is_plain(text) else '"')


_Dumper.add_representer(str, _Dumper.represent_text)


def as_yaml(tree: Mapping[str, Any]) -> str:
    """The text of a file; floats keep every digit."""
    return yaml.dump(dict(tree), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def _is_plain(text: str) -> bool:
    """Whether the text means itself where it stands without quotes."""
    if not text.isprintable():
        return False
    try:
        return read_value(text, "") == text
    except RecipeError:
        return False
