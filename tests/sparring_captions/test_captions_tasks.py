"""The games of this plugin: what is judged beside what, and by whom."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from sparring.play.graph import Graph
from sparring_captions.task import FirstStage, SecondStage, TextConditionalGeneration, drawn

FIELDS = ("real", "text", "mismatched_text", "label")
FIRST, SECOND = ("conditioning", "generator", "discriminator"), ("first_conditioning", "first_generator")


class Ones:
    """Noise that is one everywhere."""

    def normal(self, *shape: int) -> Tensor:
        return torch.ones(2, *shape)


@pytest.mark.parametrize(
    ("options", "decoys", "extras"),
    [
        ({"mismatched": False}, (), ()),
        ({}, ("mismatched_score",), ()),
        ({"mismatched": False, "interpolated": True}, (), ("interpolated_score",)),
        ({"interpolated": True}, ("mismatched_score",), ("interpolated_score",)),
    ],
)
def test_the_four_systems_of_the_paper_are_two_switches(options: dict[str, Any], decoys: tuple[str, ...], extras: tuple[str, ...]) -> None:
    graph = Graph(TextConditionalGeneration(**options), ("generator", "discriminator"), FIELDS)

    (contest,) = graph.contests
    assert graph.problems == []
    assert (contest.decoys, contest.extras) == (decoys, extras)


def test_real_images_are_looked_at_once_for_both_texts() -> None:
    graph = Graph(TextConditionalGeneration(), ("generator", "discriminator"), FIELDS)

    assert graph.needs["real_score"] == ("discriminator", "real_seen", "text")
    assert graph.needs["mismatched_score"] == ("discriminator", "real_seen", "mismatched_text")
    assert "generator" not in graph.networks_of("mismatched_score")


def test_a_view_is_also_on_images_of_texts_that_nobody_wrote() -> None:
    graph = Graph(TextConditionalGeneration(interpolated=True), ("generator", "discriminator"), FIELDS, view=lambda judged: judged)

    assert "interpolated_in_view" in graph.needs["interpolated_score"]
    assert "fake_in_view" in graph.needs["fake_seen"]


def test_an_interpolated_text_lies_where_it_is_told_between_both() -> None:
    one, other = torch.full((1, 3), 1.0), torch.full((1, 3), 5.0)

    assert TextConditionalGeneration(interpolation=0.75).interpolated_text(one, other).tolist() == [[2.0, 2.0, 2.0]]
    with pytest.raises(ValueError, match=r"interpolation is the share of a sample's own text, from 0 to 1 \(0.5 is the paper's\), not 2"):
        TextConditionalGeneration(interpolation=2)


@pytest.mark.parametrize(("task", "networks"), [(FirstStage(), FIRST), (SecondStage(), (*FIRST, *SECOND))])
def test_the_stages_of_stackgan_are_wired_and_judge_with_one_network(task: Any, networks: tuple[str, ...]) -> None:
    graph = Graph(task, networks, FIELDS)

    assert graph.problems == []
    assert graph.judges(graph.contests[0]) == {"discriminator"}
    assert "conditioning" in graph.networks_of("condition_mean")
    assert graph.networks_of("fake") == frozenset(networks) - {"discriminator"}


def test_a_condition_is_its_mean_and_as_many_deviations_as_the_noise_says_within_two() -> None:
    mean, log_deviation = torch.full((2, 3), 4.0), torch.full((2, 3), 2.0).log()

    condition = drawn((mean, log_deviation), Ones())

    # One deviation of the normal distribution is a little less of one that ends at two.
    torch.testing.assert_close(condition, torch.full((2, 3), 4 + 2 * 0.93797), atol=1e-3, rtol=0)


def test_the_second_stage_is_held_to_the_sketch_at_its_size() -> None:
    fake = torch.arange(16.0).reshape(1, 1, 4, 4)

    reduced = SecondStage().reduced(fake, torch.zeros(1, 1, 2, 2))

    assert reduced.tolist() == [[[[2.5, 4.5], [10.5, 12.5]]]]
