"""Scores of sets: walked through in batches, in the order of the examples, further draws once these are used up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import toy
from torch import Tensor

from sparring import Baseline, Data, Example, Metric, SetMetric, SetScore, Split
from sparring.scores.scorecard import Column, Scorecard
from sparring.scores.sets import judge_sets


class Numbered(Baseline):
    """Answers with the number of the example, and 1000 more for every further draw."""

    def answer(self, example: Example) -> float:
        return int(example.name.rpartition("-")[2]) + 1000.0 * example.draw


class Total(SetMetric):
    decimals = 1

    def __init__(self, samples: int | None = None) -> None:
        self.samples = samples
        self.batches: list[int] = []

    def remember(self, outputs: Sequence[Any], examples: Sequence[Example], data: Data) -> Tensor:
        assert len(outputs) == len(examples)
        self.batches.append(len(outputs))
        return torch.tensor(outputs)[:, None]

    def score(self, remembered: Tensor, examples: Sequence[Example], data: Data, split: Split) -> SetScore:
        assert [Numbered().answer(example) for example in examples] == remembered[:, 0].tolist()
        return SetScore(float(remembered.sum()), spread=0.5)

    def protocol(self) -> Mapping[str, str]:
        return {"definition": "sum"}


def card(metrics: Mapping[str, SetMetric | Metric]) -> Scorecard:
    data = toy.ToyData()
    sets = {name: metric for name, metric in metrics.items() if isinstance(metric, SetMetric)}
    lines = judge_sets({"numbered": Numbered()}, sets, data.examples("test"), data, "test")
    return Scorecard("title", {}, [Column(name, "", True, 1, {}) for name in metrics], lines)


def test_a_set_has_one_answer_to_each_example() -> None:
    assert card({"total": Total()}).summary("numbered", "total") == (card({"total": Total()}).summary("numbered", "total"))
    assert card({"total": Total()}).summary("numbered", "total").mean == 0 + 1 + 2 + 3 + 4


def test_a_larger_set_has_further_draws_of_the_examples() -> None:
    assert card({"total": Total(7)}).summary("numbered", "total").mean == 10 + 1000 + 1001


def test_metrics_of_different_sizes_share_one_walk() -> None:
    small, large = Total(3), Total(130)

    both = card({"small": small, "large": large})

    assert (small.batches, large.batches) == ([3], [64, 64, 2])
    assert both.summary("numbered", "small").mean == 3


def test_the_table_shows_the_spread_of_a_set() -> None:
    text = card({"total": Total()}).table()

    assert "10.0 ± 0.5" in text
    assert "scores of sets: ± their own spread" in text
