"""The sections of a recipe, as the engine reads them. Everything in them has been checked, except what only a plugin knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Precision = Literal["fp32", "bf16"]

# Keys of a recipe that stand beside the options of a component, so that no component can have an option of that name.
BESIDE: Mapping[str, tuple[str, ...]] = {
    "data": ("use", "batch_size", "workers"),
    "network": ("use", "weights", "frozen", "ema", "compile", "channels_last", "regularizers"),
    "loss": ("use", "of", "weight", "from", "until", "flipped"),
    "regularizer": ("use", "of", "weight", "from", "until", "flipped"),
}
BESIDE_ANY = ("use",)


@dataclass(frozen=True)
class Use:
    """A component and its options, as written: `path` is the dotted path of the mapping (or the name) in the recipe, `where` its line,
    and `places` the lines of its options and of all that they hold, by dotted path."""

    path: str
    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    where: str = field(default="", compare=False)
    places: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class DataSection:
    """`batch_size` is that of the global batch, over all processes; `workers` are threads or processes that prepare batches."""

    use: Use
    batch_size: int
    workers: int = 0


@dataclass(frozen=True)
class NetworkSection:
    """`weights` is `RUN` or `RUN:other-name`; `ema` the decay of an average of the weights, between 0 and 1; `regularizers` those that
    reparametrize the network when it is built. `channels_last` lays 2-D convolutions out as the machine reads them fastest."""

    use: Use
    weights: str | None = None
    frozen: bool = False
    ema: float | None = None
    compile: bool = False
    channels_last: bool = True
    regularizers: tuple[Use, ...] = ()


@dataclass(frozen=True)
class TermSection:
    """A term counts `weight` (a number, or a schedule) from step `start` until before step `until`.

    `flipped` is the share of pairs whose labels a discriminator is told wrongly.
    """

    use: Use
    of: tuple[str, ...] = ()
    weight: float | Use = 1.0
    start: int = 0
    until: int | None = None
    flipped: float = 0.0


@dataclass(frozen=True)
class PlayerSection:
    """`lr` (a number, a schedule, or the optimizer's default) stands apart from the optimizer's other options."""

    learns: tuple[str, ...]
    optimizer: Use
    terms: Mapping[str, TermSection]
    lr: float | Use | None = None
    turns: int = 1
    start: int = 0
    until: int | None = None
    clip: float | None = None


@dataclass(frozen=True)
class RunSection:
    """Exactly one of `steps` and `epochs` is given. What happens `every` 0 steps, or after 0 minutes, does not happen."""

    name: str
    steps: int | None = None
    epochs: int | None = None
    seed: int = 0
    precision: Precision | None = None
    accumulate: int = 1
    processes: int | None = None
    log_every: int = 20
    save_every: int = 500
    save_minutes: int = 10
    preview_every: int = 500
    keep: int = 2
    verify_every: int = 0


@dataclass(frozen=True)
class EvaluationSection:
    """`best` is the metric that chooses the best checkpoint, on the validation examples, every `every` steps."""

    metrics: tuple[Use, ...] = ()
    baselines: tuple[Use, ...] = ()
    best: str | None = None
    every: int = 0
