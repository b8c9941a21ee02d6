from __future__ import annotations

from typing import ClassVar

import pytest
from toy import ToyTask

from sparring import Contest, Task, tensor
from sparring.play.graph import Graph

NETWORKS, FIELDS = ("generator", "discriminator"), ("real", "condition")


def test_a_tensor_reaches_everything_that_it_is_made_of() -> None:
    graph = Graph(ToyTask(), NETWORKS, FIELDS)

    assert graph.problems == []
    assert graph.reaches["fake_score"] == {"fake_score", "discriminator", "fake", "generator", "condition", "noise"}
    assert graph.networks_of("real_score") == {"discriminator"}


def test_the_judge_of_a_contest_is_what_scores_not_what_is_scored() -> None:
    graph = Graph(ToyTask(), NETWORKS, FIELDS)

    assert graph.judges(graph.contests[0]) == {"discriminator"}


class Circle(Task):
    @tensor
    def hen(self, egg): ...

    @tensor
    def egg(self, hen): ...


class Orphan(Task):
    @tensor
    def fake(self, generater): ...


class Unfair(Task):
    """The fake is scored under a condition that the real is not scored under."""

    contests: ClassVar[tuple[Contest, ...]] = (Contest(real="real_score", fake="fake_score", judged=("real", "fake")),)

    @tensor
    def fake(self, generator, condition): ...

    @tensor
    def real_score(self, discriminator, real): ...

    @tensor
    def fake_score(self, discriminator, fake, condition): ...


@pytest.mark.parametrize(
    ("task", "problem"),
    [
        (Circle(), "tensor 'egg' goes in a circle: egg -> hen -> egg"),
        (Orphan(), "tensor 'fake' asks for 'generater', which is no network, batch field or tensor"),
        (
            Unfair(),
            "the scores 'real_score' and 'fake_score' differ in more than what they judge ('real' and 'fake'): "
            "one depends on ['discriminator', 'real'], the other on ['condition', 'discriminator', 'fake']",
        ),
    ],
)
def test_a_wrong_graph_says_what_is_wrong(task: Task, problem: str) -> None:
    graph = Graph(task, NETWORKS, FIELDS)

    assert graph.problems == [problem]
