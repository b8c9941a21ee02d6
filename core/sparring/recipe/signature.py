"""The configuration of a component is the signature of its target: read from its annotations, checked by pydantic, worded by us."""

from __future__ import annotations

import inspect
import json
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from sparring.errors import PluginError, SparringError
from sparring.plugins.discovery import in_words
from sparring.plugins.nearest import did_you_mean, nearest
from sparring.recipe.shown import shown

GIVES_FIRST = ("application", "optimizer", "schedule")  # a trained run, the parameters to learn, the step


CONSTRAINTS = (
    "assertion_error",
    "greater_than",
    "greater_than_equal",
    "less_than",
    "less_than_equal",
    "multiple_of",
    "string_pattern_mismatch",
    "value_error",
)


@dataclass(frozen=True)
class Parameter:
    """One option of a component. `type` is its annotation as written; `kind` the same as a type that pydantic can check.

    `network` holds the classes of which one has to be the network that the option is; it is empty where the option is no network.
    """

    name: str
    type: str
    kind: Any
    default: Any = inspect.Parameter.empty
    network: tuple[type, ...] = ()

    @property
    def required(self) -> bool:
        return self.default is inspect.Parameter.empty


@dataclass(frozen=True)
class Fault:
    """One option that does not fit: its name, what is wrong, and ways out."""

    option: str
    message: str
    hints: tuple[str, ...] = ()


class BindingError(SparringError):
    """Options that do not fit a signature: all of them at once, in `faults`."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join("\n  ".join((f"{fault.option}: {fault.message}", *fault.hints)) for fault in self.faults))


def load(target: str) -> Any:
    """The class or function that `"package.module:Name"` stands for. Raises `PluginError` when it cannot be imported."""
    try:
        return resolve_name(target)
    except (ImportError, AttributeError) as error:
        raise PluginError(f"{target!r} cannot be imported: {in_words(error)}") from error


def parameters(target: Callable[..., Any]) -> tuple[Parameter, ...]:
    """What can be configured of a class or function, in order. `*args` and `**options` are nobody's: an option has a name."""
    function = inspect.unwrap(target.__init__ if inspect.isclass(target) else target)
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return tuple(
        Parameter(name, _text(parameter.annotation), _checkable(hint), parameter.default, _networks(hint))
        for name, parameter in inspect.signature(target).parameters.items()
        if parameter.kind in named
        for hint in (_resolved(parameter, function),)
    )


def defaults(target: Callable[..., Any]) -> dict[str, Any]:
    """The options that have a default, with it."""
    return {parameter.name: parameter.default for parameter in parameters(target) if not parameter.required}


def given(kind: str, target: Callable[..., Any]) -> tuple[str, ...]:
    """The parameters that the engine fills in for a component of that kind, so that they are no options."""
    return tuple(parameter.name for parameter in parameters(target)[:1]) if kind in GIVES_FIRST else ()


def no_networks(parameter: Parameter, value: Any) -> Any:
    """Refuses a network where none can be built."""
    raise BindingError([Fault(parameter.name, "is a network, and only a recipe can name one")])


def bind(
    target: Callable[..., Any],
    options: Mapping[str, Any],
    *,
    given: Iterable[str] = (),
    beside: Iterable[str] = (),
    network: Callable[[Parameter, Any], Any] = no_networks,
) -> dict[str, Any]:
    """The options as `target` takes them: lists become tuples where it says so, whole numbers floats, texts paths.

    `options` are values as YAML has them; nothing is added for options that are left out. `beside` names keys
    that stand beside the options, for suggestions only. `network` turns what YAML has for an option that is a network into one,
    or raises a `BindingError` of its own, whose faults join the others. Raises `BindingError`.
    """
    known = {parameter.name: parameter for parameter in parameters(target) if parameter.name not in set(given)}
    bound: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in options.items():
        if name not in known:
            faults.append(Fault(name, f"there is no option {name!r}", did_you_mean(name, (*known, *beside), what="options")))
            continue
        is_network = known[name].network and not (value is None and known[name].kind is types.NoneType)
        try:
            bound[name] = network(known[name], value) if is_network else _validated(known[name], value)
        except BindingError as error:
            faults += error.faults
    absent = [one for name, one in known.items() if one.required and name not in options]
    faults += [Fault(one.name, f"{one.name!r} has to be given: {'a network' if one.network else _wanted(one.kind)}") for one in absent]
    if faults:
        raise BindingError(faults)
    return bound


def _validated(parameter: Parameter, value: Any) -> Any:
    try:
        return TypeAdapter(parameter.kind).validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        raise BindingError([_worded(parameter, value, error)]) from None


def _text(annotation: Any) -> str:
    if annotation is inspect.Parameter.empty:
        return ""
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _resolved(parameter: inspect.Parameter, function: Any) -> Any:
    """The annotation as a type; anything where it is none, or one that nobody can look up."""
    if parameter.annotation is inspect.Parameter.empty:
        return Any
    bearer = types.SimpleNamespace(__annotations__={"it": parameter.annotation})
    try:
        return get_type_hints(bearer, globalns=getattr(function, "__globals__", {}), include_extras=True)["it"]
    except (NameError, AttributeError, TypeError, SyntaxError):
        return Any


def _networks(annotation: Any) -> tuple[type, ...]:
    """The classes of networks of which a value has to be one, if the annotation is about networks (or null) and nothing else."""
    torch = sys.modules.get("torch")  # whoever annotates with a network has imported it
    members = get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)
    classes = tuple(member for member in members if member is not types.NoneType)
    if torch is None or not all(isinstance(one, type) and issubclass(one, torch.nn.Module) for one in classes):
        return ()
    return classes


def _checkable(annotation: Any) -> Any:
    """The annotation as a type that pydantic can read from JSON; what it cannot read (torch's own types) may be anything."""
    reduced = _reduced(annotation)
    return Any if reduced is Unreadable else reduced


class Unreadable:
    """Stands for a type that no YAML value can be."""


def _reduced(annotation: Any) -> Any:
    """`float | Tensor` is `float` to a recipe, and `tuple[float | Tensor, float | Tensor]` is `tuple[float, float]`."""
    try:
        TypeAdapter(annotation)
    except (PydanticUserError, TypeError, NameError):
        pass
    else:
        return annotation
    members = [_reduced(member) for member in get_args(annotation)]
    readable = tuple(member for member in members if member is not Unreadable)
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType) and readable:
        return Union[readable]  # noqa: UP007 (a union of a tuple of types cannot be written with bars)
    if origin in (tuple, list, dict) and readable:
        return types.GenericAlias(origin, tuple(Any if member is Unreadable else member for member in members))
    return Unreadable


def _worded(parameter: Parameter, value: Any, error: ValidationError) -> Fault:
    details = error.errors(include_url=False, include_context=False)
    if len(details) == 1 and details[0]["type"] in CONSTRAINTS:
        place = "".join(f"[{part}]" for part in details[0]["loc"])
        message = details[0]["msg"].replace("Input should", "should").removeprefix("Value error, ")
        return Fault(parameter.name + place, f"{message}, but is {shown(details[0]['input'])}")
    choices = [choice for choice in _choices(parameter.kind) if isinstance(choice, str)]
    found = nearest(value, choices) if isinstance(value, str) else None
    hints = (f"did you mean {found!r}?",) if found else ()
    return Fault(parameter.name, f"must be {_wanted(parameter.kind)}, but is {shown(value)}", hints)


def _choices(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) is Literal:
        return get_args(kind)
    return tuple(choice for member in get_args(kind) if get_origin(kind) in (Union, types.UnionType) for choice in _choices(member))


WANTED = {int: "a whole number", float: "a number", bool: "true or false", str: "a text", type(None): "null", Any: "anything"}
MANY = {int: "whole numbers", float: "numbers", bool: "truth values", str: "texts"}


def _plain(kind: Any) -> Any:
    """A type without the bounds that it is annotated with."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _wanted(kind: Any) -> str:
    """A type in plain words."""
    origin, members = get_origin(kind), get_args(kind)
    if kind in WANTED:
        return WANTED[kind]
    if origin is Annotated:
        return _wanted(members[0])
    if origin is Literal:
        return f"{'one of ' if len(members) > 1 else ''}{', '.join(shown(member).removeprefix('the text ') for member in members)}"
    if origin in (Union, types.UnionType):
        return " or ".join(_wanted(member) for member in sorted(members, key=lambda member: member is type(None)))
    if origin is tuple and members and Ellipsis not in members and len(set(members)) == 1:
        return f"a list of {len(members)} {MANY.get(members[0], 'values')}"
    if inspect.isclass(origin) and issubclass(origin, Mapping):
        return f"a mapping to {MANY.get(members[1], 'values')}"
    if inspect.isclass(origin) and issubclass(origin, Iterable):
        return f"a list of {MANY.get(_plain(members[0]), 'values') if members else 'values'}"
    if getattr(kind, "__name__", "") in ("Path", "PurePath"):
        return "a path"
    return _text(kind)
