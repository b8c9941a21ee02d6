from __future__ import annotations

import pytest
import torch
from toy import Narrow, ToyTask

from sparring.play.graph import Graph
from sparring.play.networks import Networks
from sparring.play.noise import Rows
from sparring.play.progress import Progress
from sparring.play.round import Hand, Round

D, G = frozenset({"discriminator"}), frozenset({"generator"})


@pytest.fixture
def table() -> tuple[Graph, Networks, Hand]:
    torch.manual_seed(0)
    networks = Networks({"generator": Narrow(), "discriminator": Narrow(inputs=8, outputs=1)})
    fields = {"real": torch.randn(6, 4), "condition": torch.randn(6, 4)}
    hand = Hand(fields, Progress(0, 0, 10), Rows(0, 6, 6), (0, "noise", 0, 0), torch.device("cpu"), {"discriminator": D, "generator": G})
    ToyTask.forwards = 0
    return Graph(ToyTask(), networks, fields), networks, hand


def test_the_discriminator_sees_the_fake_detached_and_the_generator_gets_the_same_one_with_gradients(table) -> None:
    graph, networks, hand = table

    with networks.learning(D):
        seen = Round(graph, networks, hand, "discriminator")
        score = seen["fake_score"]
        seen_fake = seen["fake"]
    hand.forget(graph, D)
    hand.waiting.pop("discriminator")
    with networks.learning(G):
        fake = Round(graph, networks, hand, "generator")["fake"]

    assert ToyTask.forwards == 1
    assert score.requires_grad
    assert not seen_fake.requires_grad
    assert fake.requires_grad
    assert torch.equal(fake, seen_fake)


def test_a_turn_sends_gradients_to_its_own_player_only(table) -> None:
    graph, networks, hand = table

    with networks.learning(D):
        Round(graph, networks, hand, "discriminator")["fake_score"].sum().backward()

    assert all(parameter.grad is None for parameter in networks["generator"].parameters())
    assert all(parameter.grad is not None for parameter in networks["discriminator"].parameters())


def test_a_score_is_stale_after_its_discriminator_has_learned(table) -> None:
    graph, networks, hand = table
    with networks.learning(D):
        before = Round(graph, networks, hand, "discriminator")["fake_score"].detach()
    with torch.no_grad():
        for parameter in networks["discriminator"].parameters():
            parameter.add_(1)

    hand.forget(graph, D)
    hand.waiting.pop("discriminator")
    with networks.learning(G):
        after = Round(graph, networks, hand, "generator")["fake_score"]

    assert not torch.allclose(before, after)
    assert ToyTask.forwards == 1


def test_replacing_a_tensor_scores_the_other_sample_under_the_same_condition(table) -> None:
    graph, networks, hand = table
    other = torch.zeros(6, 4, requires_grad=True)

    with networks.learning(D):
        score = Round(graph, networks, hand, "discriminator").replace(fake=other)["fake_score"]
    (gradient,) = torch.autograd.grad(score.sum(), other)

    assert torch.equal(score, networks["discriminator"](torch.cat([other, hand.fields["condition"]], 1)))
    assert gradient.abs().sum() > 0
    assert ToyTask.forwards == 0


def test_without_a_player_nothing_has_gradients(table) -> None:
    graph, networks, hand = table
    hand.waiting = {}

    assert not Round(graph, networks, hand)["fake_score"].requires_grad


def test_an_unknown_tensor_is_named_with_those_that_there_are(table) -> None:
    graph, networks, hand = table

    with pytest.raises(KeyError, match="there is no tensor 'fakes' to replace; there are"):
        Round(graph, networks, hand).replace(fakes=torch.zeros(1))
