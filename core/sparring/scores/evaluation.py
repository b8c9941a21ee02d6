"""Judging a run on held-out examples, beside baselines that are recomputed on the same ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from sparring.application import Application
from sparring.data import Data, Example, Split
from sparring.errors import DataError, Problem, RecipeError
from sparring.metric import Baseline, Metric, SetMetric
from sparring.play.accelerator import this_device
from sparring.play.collective import alone, gather, rank, share
from sparring.play.key import fold
from sparring.plugins.nearest import did_you_mean
from sparring.plugins.registry import Plugins
from sparring.recipe.building import build
from sparring.recipe.facts import filled
from sparring.recipe.recipe import Recipe, load_recipe
from sparring.runs.run_folder import RunFolder, versions
from sparring.runs.trained import SavedNetworks, application_of
from sparring.runs.weights import open_run
from sparring.scores.scorecard import Column, Line, Scorecard
from sparring.scores.sets import judge_sets
from sparring.terminal import progress_bar


@dataclass(frozen=True)
class Judges:
    """The metrics and baselines of a recipe; `missing` says which metrics are not installed, and how to get them."""

    metrics: Mapping[str, Metric | SetMetric]
    baselines: Mapping[str, Baseline]
    missing: Sequence[str]

    def only(self, metric: str) -> Judges:
        return Judges({metric: self.metrics[metric]}, {}, ())

    def prepare(self, data: Data) -> None:
        """Show the data to those that want to see them first (to train an extractor, say); every process does."""
        for judge in (*self.metrics.values(), *self.baselines.values()):
            judge.prepare(data)


def judges_of(recipe: Recipe, plugins: Plugins) -> Judges:
    """Raises `RecipeError` if the metric that chooses the best checkpoint is none of the metrics, or is not installed."""
    metrics: dict[str, Metric | SetMetric] = {}
    needs: dict[str, list[str]] = {}
    for use in recipe.evaluation.metrics:
        if absent := plugins.find("metric", use.name).missing():
            needs.setdefault(absent.removeprefix(f"{use.name!r} "), []).append(use.name)
        else:
            metrics[use.name] = build(plugins, "metric", use)
    best = recipe.evaluation.best
    if best is not None and best not in metrics:
        why = next((f"{best!r} {need}" for need, names in needs.items() if best in names), f"{best!r} is none of the metrics")
        raise RecipeError([recipe.problem("evaluation.best", why, *did_you_mean(best, metrics, what="metrics"))])
    missing = [f"{', '.join(names)}: {need}" for need, names in needs.items()]
    return Judges(metrics, {use.name: build(plugins, "baseline", use) for use in recipe.evaluation.baselines}, tuple(missing))


def judge(
    answerer: Application, name: str, data: Data, split: Split, judges: Judges, *, title: str, protocol: Mapping[str, Any]
) -> Scorecard:
    """Scores of the application, called `name`, and of the baselines on a split; every process judges its share, and gets all."""
    examples = data.examples(split)
    if not len(examples):
        raise DataError(f"there are no {split} examples: {data.describe()}")
    judges.prepare(data)
    systems: dict[str, Application | Baseline] = {**judges.baselines, name: answerer}
    single = {metric: how for metric, how in judges.metrics.items() if isinstance(how, Metric)}
    sets = {metric: how for metric, how in judges.metrics.items() if isinstance(how, SetMetric)}
    lines = _judge_examples(systems, single, examples, split) if single else []
    lines += judge_sets(systems, sets, examples, data, split) if sets else []
    columns = [Column(m, how.unit, how.higher_is_better, how.decimals, how.protocol()) for m, how in judges.metrics.items()]
    about = {"split": split, "examples": len(examples), "data": data.describe(), **protocol}
    remarks = [f"{metric}: {remark}" for metric, how in judges.metrics.items() if (remark := how.remark())]
    return Scorecard(title, about, columns, lines, (*remarks, *judges.missing))


def _judge_examples(
    systems: Mapping[str, Application | Baseline], metrics: Mapping[str, Metric], examples: Sequence[Example], split: Split
) -> list[Line]:
    """A line for each example and system; every process judges its share, and gets all."""
    mine: list[tuple[int, Line]] = []
    for number in progress_bar(iterable=share(range(len(examples))), desc=f"judging {split}", unit="example", leave=False):
        example = examples[number]
        for system, who in systems.items():
            with torch.no_grad(), alone():
                output = who.answer(example)
            scores = {metric: float(how.score(output, example)) for metric, how in metrics.items()}
            mine.append((number, Line(system, example.name, dict(example.conditions), scores)))
    gathered = [(number, Line(**line)) for part in gather([(number, vars(line)) for number, line in mine]) for number, line in part]
    return [line for _, line in sorted(gathered, key=lambda entry: entry[0])]


def better(new: float, old: float | None, metric: Metric | SetMetric) -> bool:
    if math.isnan(new):
        return False
    return old is None or (new > old if metric.higher_is_better else new < old)


def evaluate(
    run: str | Path, plugins: Plugins, *, checkpoint: str = "best", split: Split = "test", overrides: Sequence[str] = ()
) -> Scorecard:
    """Judge a trained run and leave the scorecard in its folder; `overrides` may name other data or metrics."""
    _, chosen = open_run(run, checkpoint)
    folder = RunFolder(Path(run))
    recipe = load_recipe(folder.recipe, overrides)
    _require_only_data_and_evaluation(recipe, overrides)
    device = this_device()
    data: Data = build(plugins, "data", recipe.data.use)
    recipe = filled(recipe, plugins, data.facts())
    saved = SavedNetworks(recipe, plugins, chosen, device)
    answerer = application_of(recipe, plugins, saved, device, statistics=chosen.statistics(), label=f"{run} at step {chosen.step}")
    name = Path(run).resolve().name
    card = judge(
        answerer, name, data, split, judges_of(recipe, plugins),
        title=f"{name} at step {chosen.step} on {split}: {data.describe()}",
        protocol=protocol_of(recipe, chosen.step, averaged=any(file.startswith("averages/") for file in chosen.files)),
    )  # fmt: skip
    if rank() == 0:
        card.write(folder.scorecards / f"step-{chosen.step:08d}-{split}{_other(overrides, data)}")
    return card


def protocol_of(recipe: Recipe, step: int, *, averaged: bool) -> dict[str, Any]:
    """What every score of a run depends on, beside the metrics' own protocols."""
    return {
        "recipe": recipe.name, "step": step, "seed": recipe.run.seed, "averaged weights": averaged,
        "precision": "fp32", "data options": recipe.data.use.options, "versions": versions(),
    }  # fmt: skip


def _other(overrides: Sequence[str], data: Data) -> str:
    """What sets a scorecard on other data or by other metrics apart from that of the run, which it must not write over."""
    return f"-{fold(*sorted(overrides), data.fingerprint()) % 16**8:08x}" if overrides else ""


def _require_only_data_and_evaluation(recipe: Recipe, overrides: Sequence[str]) -> None:
    """The game was played with one recipe; afterwards only what it is judged on may change."""
    wrong = [text.partition("=")[0] for text in overrides if text.partition(".")[0] not in ("data", "evaluation")]
    if wrong:
        raise RecipeError(
            [Problem("command line", path, "only data.… and evaluation.… can be changed for an evaluation") for path in wrong]
        )
