"""What each named tensor needs and which networks it reaches, read once from the argument names of a task's methods."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from sparring.task import Contest, Task

RESERVED = frozenset({"noise", "progress"})


class Graph:
    """The named tensors of a task over these networks and batch fields. Faults are collected in `problems`, not raised.

    `needs[tensor]` are its argument names in order; `reaches[tensor]` is everything that its value depends on, itself included.
    """

    def __init__(self, task: Task, networks: Iterable[str], fields: Iterable[str], *, view: Callable[..., Any] | None = None) -> None:
        self.contests: tuple[Contest, ...] = tuple(task.contests)
        self.networks, self.fields = frozenset(networks), frozenset(fields)
        self.methods: dict[str, Callable[..., Any]] = {
            name: method for name, method in inspect.getmembers(task, inspect.ismethod) if getattr(method, "is_tensor", False)
        }
        self.needs = {name: tuple(inspect.signature(method).parameters) for name, method in self.methods.items()}
        self.problems: list[str] = []
        self.reaches: dict[str, frozenset[str]] = {}
        for name in self.methods:
            self._reach(name, ())
        for contest in self.contests:
            self._examine(contest)
        if view is not None and not self.problems:
            self._look_through(view)

    @property
    def names(self) -> frozenset[str]:
        """Everything that a term's `of` may name."""
        return self.fields.union(self.methods)

    def networks_of(self, name: str) -> frozenset[str]:
        """The networks that a tensor's value depends on."""
        return self.reaches[name] & self.networks if name in self.reaches else frozenset()

    def judges(self, contest: Contest) -> frozenset[str]:
        """The networks that score: those that the fake score reaches by other ways than through the sample that it judges."""
        return self._leaves(contest.fake, stop=contest.judged[1]) & self.networks

    def _look_through(self, view: Callable[..., Any]) -> None:
        """Between every judged tensor and the tensors that a judging network makes of it, put what is seen of it."""
        for contest in self.contests:
            judges = self.judges(contest)
            for sample in (*contest.judged, *contest.also_judged):
                seen = f"{sample}_in_view"
                self.methods[seen], self.needs[seen] = view, (sample, "noise", "progress")
                for name, needs in self.needs.items():
                    if name != seen and judges.intersection(needs):
                        self.needs[name] = tuple(seen if need == sample else need for need in needs)
        self.reaches.clear()
        for name in self.methods:
            self._reach(name, ())

    def _reach(self, name: str, path: tuple[str, ...]) -> frozenset[str]:
        if name in self.reaches:
            return self.reaches[name]
        if name in self.networks | self.fields | RESERVED:
            return frozenset({name})
        if name in path:
            self._say(f"tensor {path[0]!r} goes in a circle: {' -> '.join((*path, name))}")
            return frozenset()
        if name not in self.methods:
            self._say(f"tensor {path[-1]!r} asks for {name!r}, which is no network, batch field or tensor")
            return frozenset()
        reached = frozenset({name}).union(*(self._reach(need, (*path, name)) for need in self.needs[name]))
        self.reaches[name] = reached
        return reached

    def _examine(self, contest: Contest) -> None:
        named = (contest.real, contest.fake, *contest.judged, *contest.decoys, *contest.extras, *contest.also_judged)
        unknown = [name for name in named if name not in self.names]
        for name in unknown:
            self._say(f"the contest of {contest.real!r} and {contest.fake!r} names {name!r}, which is no tensor of the task")
        if unknown or self.problems:
            return
        real, fake = contest.judged
        swapped = {real if need == fake else need for need in self.needs[contest.fake]}
        leaves = {real if leaf == fake else leaf for leaf in self._leaves(contest.fake, stop=fake)}
        if swapped != set(self.needs[contest.real]) and leaves != self._leaves(contest.real, stop=real):
            one, other = sorted(self._leaves(contest.real, stop=real)), sorted(self._leaves(contest.fake, stop=fake))
            self._say(
                f"the scores {contest.real!r} and {contest.fake!r} differ in more than what they judge ({real!r} and {fake!r}): "
                f"one depends on {one}, the other on {other}"
            )

    def _leaves(self, name: str, *, stop: str) -> frozenset[str]:
        """What a tensor is made of at bottom, if `stop` were given."""
        if name == stop or name not in self.methods:
            return frozenset({name})
        return frozenset().union(*(self._leaves(need, stop=stop) for need in self.needs[name]))

    def _say(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)
