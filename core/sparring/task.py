"""A task: what is played for in a domain, declared as named tensors and contests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])


def tensor(method: Method) -> Method:
    """Marks a task's method as a named tensor. Its argument names say what it needs: networks, fields of the batch, other tensors,
    `noise` (keyed draws) or `progress` (step and samples seen)."""
    method.is_tensor = True  # type: ignore[attr-defined]
    return method


@dataclass(frozen=True, kw_only=True)
class Contest:
    """One discriminator's verdicts that belong together.

    `real` and `fake` name the score tensors, `judged` the two tensors that they judge, real first: all else that the scores depend on must
    be the same. `decoys` name scores of samples that no generator made but that the discriminator must refuse (right image, wrong caption);
    `extras` name further scores on which only the generator is judged (a sample for an interpolated caption), and `also_judged` the samples
    that they judge, so that these too are seen through the views of a recipe.
    """

    real: str
    fake: str
    judged: tuple[str, str]
    decoys: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    also_judged: tuple[str, ...] = ()


class Task:
    """Subclasses declare `contests`, methods marked `@tensor`, and the names of the `applications` of a trained run, the main one first.

    The constructor's signature is the task's configuration. A task holds no networks, and knows no device, rank or gradient.
    """

    contests: ClassVar[tuple[Contest, ...]] = ()
    applications: ClassVar[tuple[str, ...]] = ()
