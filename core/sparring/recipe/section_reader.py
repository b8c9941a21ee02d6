"""From a recipe's tree to its sections. Every problem is noted, and something harmless stands in for what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

from sparring.plugins.nearest import did_you_mean
from sparring.recipe.fields import Fields, Notes
from sparring.recipe.sections import DataSection, EvaluationSection, NetworkSection, PlayerSection, Precision, RunSection, TermSection, Use
from sparring.recipe.shown import shown
from sparring.recipe.use_reader import named_use, read_use, read_uses

TOP = ("task", "data", "networks", "views", "players", "run", "evaluation")
RESERVED_NETWORKS = ("noise", "progress")
LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Sections:
    """The sections of the tree `values`; `stem` names the run where the recipe does not."""

    def __init__(self, values: dict[str, Any], notes: Notes, *, stem: str) -> None:
        top = Fields(notes, "", values)
        self.notes = notes
        self.task = self._component(top, "task", "task: speech-enhancement")
        self.data = self._data(top)
        self.networks = {name: self._network(fields) for name, fields in self._named(top, "networks")}
        self.views = {name: read_use(fields) for name, fields in self._named(top, "views")} if top.values.get("views") else {}
        top.take("views")
        self.players = {name: self._player(fields) for name, fields in self._named(top, "players")}
        self.run = self._run(top, stem)
        self.evaluation = self._evaluation(top)
        top.close()
        self._check_learning()

    def _component(self, parent: Fields, key: str, example: str) -> Use:
        """A mapping in which every key but `use` is an option."""
        value = parent.take(key)
        if value is None:
            parent.require(key, f"write {example!r}")
            if key in parent.values:
                parent.wrong(key, f"must be a mapping such as {example!r}, but is null")
            return named_use(self.notes, parent.at(key), "")
        return read_use(Fields(self.notes, parent.at(key), value, expects=f"a mapping such as {example!r}"))

    def _named(self, top: Fields, key: str) -> Iterator[tuple[str, Fields]]:
        """The mappings of a mapping by name, of which there is at least one."""
        if key not in top.values:
            top.take(key)
            top.require(key, f"a recipe has at least one of its {key}")
            return
        section = Fields(self.notes, top.at(key), top.take(key), expects="a mapping of names to mappings")
        if isinstance(top.values[key], dict) and not section.values:
            top.wrong(key, "is empty")
        for name, value in section.values.items():
            if key == "networks" and (not name.isidentifier() or name in RESERVED_NETWORKS):
                section.wrong(name, f"a network is called as the arguments of a task are, and {name!r} cannot be one")
            elif not LABEL.fullmatch(name):
                section.wrong(name, f"a name has letters, digits, '-' and '_' only, not {name!r}")
            yield name, Fields(self.notes, section.at(name), value)

    def _data(self, top: Fields) -> DataSection:
        if top.values.get("data") is None:
            return DataSection(self._component(top, "data", "data: {use: noisy-speech, batch_size: 100}"), 1)
        fields = Fields(self.notes, "data", top.take("data"), expects="a mapping such as 'data: {use: noisy-speech, batch_size: 100}'")
        batch_size = fields.whole("batch_size", 1, least=1)
        if fields.readable:
            fields.require("batch_size", "the size of the batch of all processes together")
        workers = fields.whole("workers", 0, least=0)
        return DataSection(read_use(fields), batch_size, workers)

    def _network(self, fields: Fields) -> NetworkSection:
        weights, frozen = fields.text("weights"), fields.flag("frozen")
        ema, compiled = fields.number("ema", above=0.0, below=1.0), fields.flag("compile")
        channels_last, regularizers = fields.flag("channels_last", default=True), read_uses(fields, "regularizers")
        return NetworkSection(read_use(fields), weights, frozen, ema, compiled, channels_last, regularizers)

    def _player(self, fields: Fields) -> PlayerSection:
        learns = fields.names("learns")
        if fields.readable:
            fields.require("learns", "a list of networks")
        if fields.values.get("learns") == []:
            fields.wrong("learns", "is empty: a player learns at least one network")
        turns, clip = fields.whole("turns", 1, least=1), fields.number("clip", above=0.0)
        start, until = self._span(fields)
        optimizer, lr = self._optimizer(fields)
        terms = {name: self._term(term) for name, term in self._named(fields, "terms")}
        fields.close()
        return PlayerSection(learns, optimizer, terms, lr, turns, start, until, clip)

    def _optimizer(self, player: Fields) -> tuple[Use, float | Use | None]:
        if player.values.get("optimizer") is None:
            return self._component(player, "optimizer", "optimizer: {use: adam, lr: 2.0e-4}"), None
        fields = Fields(self.notes, player.at("optimizer"), player.take("optimizer"), expects="a mapping such as '{use: adam, lr: 2.0e-4}'")
        lr = self._scheduled(fields, "lr", None, least=0.0)
        return read_use(fields), lr

    def _term(self, fields: Fields) -> TermSection:
        of, weight = fields.names("of"), self._scheduled(fields, "weight", 1.0)
        start, until = self._span(fields)
        flipped = fields.number("flipped", above=0.0, below=1.0) or 0.0
        return TermSection(read_use(fields), of, 1.0 if weight is None else weight, start, until, flipped)

    def _scheduled(self, fields: Fields, key: str, default: float | None, *, least: float | None = None) -> float | Use | None:
        """A number, or the schedule that stands in its place."""
        value = fields.take(key, default)
        if isinstance(value, dict):
            return read_use(Fields(self.notes, fields.at(key), value))
        if value is None and default is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or (least is not None and value < least):
            room = "a number" if least is None else f"a number, {least:g} or more,"
            fields.wrong(key, f"must be {room} or a schedule such as {{use: linear, …}}, but is {shown(value)}")
            return default
        return float(value)

    def _span(self, fields: Fields) -> tuple[int, int | None]:
        start, until = fields.whole("from", 0, least=0), fields.whole("until", None, least=0)
        if until is not None and until < start:
            fields.wrong("until", f"step {until} comes before 'from', which is {start}")
        return start, until

    def _run(self, top: Fields, stem: str) -> RunSection:
        value = top.take("run", {})
        fields = Fields(self.notes, "run", value, expects="a mapping such as 'run: {steps: 1000}'")
        name = fields.text("name") or stem
        if not FOLDER.fullmatch(name):
            fields.wrong("name", f"names a folder with letters, digits, '.', '-' and '_', so it cannot be {name!r}")
        steps, epochs = fields.whole("steps", None, least=1), fields.whole("epochs", None, least=1)
        both = fields.values.get("steps") is not None and fields.values.get("epochs") is not None
        neither = fields.values.get("steps") is None and fields.values.get("epochs") is None
        if fields.readable and (both or neither):
            self.notes.wrong("run", "has to say how long it lasts: either 'steps' or 'epochs'" + (", not both" if both else ""))
        section = RunSection(
            name=name,
            steps=steps,
            epochs=epochs,
            seed=fields.whole("seed", 0, least=0),
            precision=fields.choice("precision", get_args(Precision)),
            accumulate=fields.whole("accumulate", 1, least=1),
            processes=fields.whole("processes", None, least=1),
            log_every=fields.whole("log_every", 20, least=0),
            save_every=fields.whole("save_every", 500, least=0),
            save_minutes=fields.whole("save_minutes", 10, least=0),
            preview_every=fields.whole("preview_every", 500, least=0),
            keep=fields.whole("keep", 2, least=1),
            verify_every=fields.whole("verify_every", 0, least=0),
        )
        fields.close()
        return section

    def _evaluation(self, top: Fields) -> EvaluationSection:
        fields = Fields(self.notes, "evaluation", top.take("evaluation", {}))
        metrics, baselines = read_uses(fields, "metrics"), read_uses(fields, "baselines")
        best, every = fields.text("best"), fields.whole("every", 0, least=0)
        names = [use.name for use in metrics if use.name]
        if best is not None and best not in names:
            fields.wrong("best", f"{best!r} is none of the metrics", *did_you_mean(best, names, what="metrics"))
        fields.close()
        return EvaluationSection(metrics, baselines, best, every)

    def _check_learning(self) -> None:
        """A network is learned by one player at most, and by none if it is frozen."""
        learned: dict[str, str] = {}
        for player, section in self.players.items():
            for network in section.learns:
                path = f"players.{player}.learns"
                if network not in self.networks:
                    self.notes.wrong(path, f"there is no network {network!r}", *did_you_mean(network, self.networks, what="networks"))
                elif self.networks[network].frozen:
                    self.notes.wrong(path, f"network {network!r} is frozen: nobody can learn it")
                elif network in learned:
                    self.notes.wrong(path, f"player {learned[network]!r} learns network {network!r} already", "give each player its own")
                learned.setdefault(network, player)
