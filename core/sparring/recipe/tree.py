"""A recipe's tree: the file, what it extends, and what the command line says, each value with its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sparring
from sparring.errors import Problem, RecipeError
from sparring.plugins.nearest import did_you_mean
from sparring.recipe.shown import shown
from sparring.recipe.strict_yaml import KEY, MAX_DEPTH, read_mapping, read_value

COMMAND_LINE = "command line"
DURATIONS = ("steps", "epochs")


@dataclass
class Tree:
    """Nested mappings, lists and scalars, and for every dotted path in them the place where it was written."""

    values: dict[str, Any] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)


def recipe_names() -> dict[str, Path]:
    """The recipes that have a name: those in `recipes/` of the working folder, then those that came with sparring."""
    folders = (shipped_recipes(), Path("recipes"))
    return {path.stem: path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.yaml"))}


def shipped_recipes() -> Path:
    """The folder of the recipes that came with sparring: inside the package when installed, beside `core/` in a checkout."""
    package = Path(sparring.__file__).resolve().parent
    installed = package / "recipes"
    return installed if installed.is_dir() else package.parents[1] / "recipes"


def find_recipe(name: str | Path, beside: Path | None = None) -> Path:
    """The file of a recipe given by path (relative to `beside`) or by name. Raises `RecipeError` with the nearest name."""
    path = Path(name).expanduser()
    if path.suffix in (".yaml", ".yml") or len(path.parts) != 1:
        return (beside / path) if beside else path
    known = recipe_names()
    if str(name) not in known:
        hints = (*did_you_mean(str(name), known, what="recipes"), "'sparring list recipes' shows them; a path ends in .yaml")
        raise RecipeError([Problem("", "", f"no recipe is called {str(name)!r}", hints)])
    return known[str(name)]


def read_tree(path: Path, overrides: Iterable[str] = ()) -> Tree:
    """The merged tree. Raises `RecipeError` at the first file that cannot be read, or with all overrides that cannot."""
    return merged(_with_extended(path, ()), _overriding(list(overrides)))


def merged(base: Tree, over: Tree) -> Tree:
    """`over` wins: mappings are merged, anything else is replaced, and so is a mapping whose `use` changes.

    A run that is told how many `steps` it lasts forgets how many `epochs` it was to last, and the other way round.
    """
    where = dict(base.where)
    return Tree(_merged(base.values, over, over.values, "", where), where)


def _merged(base: dict[str, Any], tree: Tree, over: dict[str, Any], path: str, where: dict[str, str]) -> dict[str, Any]:
    """`over`, the mapping of `tree` at `path`, put over `base`; `where` follows. A merged mapping stays where it was."""
    told = [key for key in DURATIONS if path == "run" and over.get(key) is not None]
    values = {key: value for key, value in base.items() if not (told and key in DURATIONS)}
    for key, value in over.items():
        below = f"{path}.{key}" if path else key
        old = values.get(key)
        if isinstance(old, dict) and isinstance(value, dict) and _same_component(old, value):
            values[key] = _merged(old, tree, value, below, where)
            continue
        values[key] = value
        for gone in [known for known in where if _is_within(known, below)]:
            del where[gone]
        where |= {known: place for known, place in tree.where.items() if _is_within(known, below)}
    return values


def _same_component(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether nothing speaks against it: a mapping without `use` may be about any component."""
    return "use" not in old or "use" not in new or old["use"] == new["use"]


def _is_within(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))


def _with_extended(path: Path, chain: Sequence[Path]) -> Tree:
    tree = _read(path)
    if "extends" not in tree.values:
        return tree
    place, other = tree.where["extends"], tree.values.pop("extends")
    if not isinstance(other, str) or not other:
        raise RecipeError([Problem(place, "extends", f"must be the path or name of a recipe, but is {shown(other)}")])
    chain = (*chain, path.resolve())
    try:
        base_path = find_recipe(other, beside=path.parent)
        if base_path.resolve() in chain:
            circle = " extends ".join(one.name for one in (*chain, base_path))
            raise RecipeError([Problem(place, "extends", f"goes round in a circle: {circle}")])
        if not base_path.is_file():
            raise RecipeError([Problem(place, "extends", f"there is no file {str(base_path)!r}")])
    except RecipeError as error:
        raise RecipeError([Problem(place, "extends", problem.message, problem.hints) for problem in error.problems]) from None
    return merged(_with_extended(base_path, chain), tree)


def _read(path: Path) -> Tree:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        named = path.stem in recipe_names()
        hints = (f"a recipe of that name came with sparring: write {path.stem!r}",) if named else ()
        raise RecipeError([Problem(str(path), "", "there is no such file", hints)]) from None
    except OSError as error:
        raise RecipeError([Problem(str(path), "", f"cannot be read: {error.strerror}")]) from None
    document = read_mapping(text, str(path))
    return _spelled_out(Tree(document.tree, dict(document.where)))


def _overriding(overrides: list[str]) -> Tree:
    """All overrides as one tree, so that `data.root=X data.use=Y` means the same in any order."""
    tree, problems = Tree(), []
    for override in overrides:
        try:
            tree = merged(tree, _override(override))
        except RecipeError as error:
            problems += error.problems
    if problems:
        raise RecipeError(problems)
    return tree


def _override(override: str) -> Tree:
    path, equals, text = override.partition("=")
    keys = path.split(".")
    if not equals or not all(KEY.fullmatch(key) for key in keys) or len(keys) > MAX_DEPTH:
        raise RecipeError([Problem(COMMAND_LINE, "", f"{override!r} is not of the form key.key=value, such as run.steps=200")])
    try:
        value = read_value(text, COMMAND_LINE)
    except RecipeError as error:
        raise RecipeError([Problem(COMMAND_LINE, path, problem.message, problem.hints) for problem in error.problems]) from None
    for key in reversed(keys):
        value = {key: value}
    where = {".".join(keys[:count]): COMMAND_LINE for count in range(1, len(keys) + 1)}
    return _spelled_out(Tree(value, where))


def _spelled_out(tree: Tree) -> Tree:
    """`task: name` is short for `task: {use: name}`."""
    if isinstance(tree.values.get("task"), str):
        tree.values["task"] = {"use": tree.values["task"]}
        tree.where["task.use"] = tree.where["task"]
    return tree
