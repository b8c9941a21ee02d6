"""Views, projections, label flipping and what is logged of a contest, on the toy game."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
import toy
from torch import Tensor, nn

from sparring import AdversarialLoss, Component, Plugins, RecipeError, Regularizer, View, global_mean, hookimpl, load_recipe
from sparring.play.accelerator import accelerator_for
from sparring.play.engine import Step
from sparring.play.game import Game, build_game
from sparring.play.round import Round
from sparring.play.wiring import check_wiring, tiny_batch, tiny_hand


class Doubled(View):
    """Twice the sample, and a count of how often it was told about the real."""

    told: Tensor

    def __init__(self, *, factor: float = 2.0) -> None:
        super().__init__()
        self.factor = factor
        self.register_buffer("told", torch.zeros(()))

    def forward(self, judged: Tensor, noise: Any, progress: Any) -> Tensor:
        return self.factor * judged

    def observe(self, real: Tensor) -> None:
        self.told += 1

    def measure(self) -> Mapping[str, Tensor]:
        return {"told": self.told.clone()}


class Bounded(Regularizer):
    def project(self, learned: Mapping[str, nn.Module]) -> None:
        for network in learned.values():
            for parameter in network.parameters():
                parameter.clamp_(-0.01, 0.01)


class Pulled(Regularizer):
    """Keeps the mean of the weights seen so far, as state of its own."""

    per_contest: ClassVar[bool] = False
    seen: Tensor

    def attach(self, learned: Mapping[str, nn.Module]) -> None:
        self.register_buffer("seen", torch.zeros(sum(p.numel() for n in learned.values() for p in n.parameters())))

    def penalty(self, round: Round, contest: Any) -> Tensor:
        assert contest is None
        flat = torch.cat([p.flatten() for n in round.learned.values() for p in n.parameters()])
        return (flat - self.seen).square().sum()

    def project(self, learned: Mapping[str, nn.Module]) -> None:
        self.seen.copy_(torch.cat([p.flatten() for n in learned.values() for p in n.parameters()]))


class Halved(Regularizer):
    def reparametrize(self, network: nn.Module) -> None:
        nn.utils.parametrizations.weight_norm(network.layers[0])  # type: ignore[index]


class Counting(AdversarialLoss):
    """Remembers its verdicts' mean in a buffer."""

    threshold = 0.5
    balance: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("balance", torch.zeros(()))

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        self.balance.copy_(global_mean(real.detach().mean()))
        return (real - 1).square().mean() + fake.square().mean()

    def generator(self, fake: Tensor, real: Any) -> Tensor:
        return (fake - 1).square().mean()


@hookimpl
def sparring_components() -> Iterable[Component]:
    for kind, name, target in (
        ("view", "doubled", "Doubled"),
        ("regularizer", "bounded", "Bounded"),
        ("regularizer", "pulled", "Pulled"),
        ("regularizer", "halved", "Halved"),
        ("loss", "counting", "Counting"),
    ):
        yield Component(kind=kind, name=name, target=f"{__name__}:{target}", summary=name)  # type: ignore[arg-type]


@pytest.fixture
def plugins() -> Plugins:
    import sys

    return Plugins(register=[toy, sys.modules[__name__]])


def game_of(tmp_path: Path, plugins: Plugins, *overrides: str) -> Game:
    (tmp_path / "game.yaml").write_text(toy.RECIPE)
    return build_game(load_recipe(tmp_path / "game.yaml", overrides, plugins=plugins), plugins, torch.device("cpu"))


def played(game: Game, steps: int) -> Iterator[Step]:
    accelerator = accelerator_for(game.recipe)
    for step in game.engine(accelerator).play(game.batches(accelerator)):
        yield step
        if step.number == steps:
            return


def test_a_discriminator_sees_real_and_fake_through_the_view(tmp_path: Path, plugins: Plugins) -> None:
    game = game_of(tmp_path, plugins, "views={a: {use: doubled}, b: {use: doubled, factor: 3}}")
    batch = tiny_batch(game.data, 0, torch.device("cpu"))

    round = Round(game.graph, game.networks, tiny_hand(game, batch, {}))

    judge = game.networks["discriminator"]
    assert torch.equal(round["real_score"], judge(torch.cat([6 * batch["real"], batch["condition"]], 1)))
    assert torch.equal(round["fake_score"], judge(torch.cat([6 * round["fake"], batch["condition"]], 1)))
    assert torch.equal(round.replace(fake=batch["real"])["fake_score"], round["real_score"])


def test_a_view_is_told_of_the_real_once_a_turn_of_the_discriminator_and_logged(tmp_path: Path, plugins: Plugins) -> None:
    game = game_of(tmp_path, plugins, "views={a: {use: doubled}}", "players.discriminator.turns=2")

    step = list(played(game, 3))[-1]

    assert float(step.metrics["a/told"]) == 6


def test_checking_the_wiring_leaves_the_state_of_views_and_losses_alone(tmp_path: Path, plugins: Plugins) -> None:
    game = game_of(tmp_path, plugins, "views={a: {use: doubled}}", "players.discriminator.terms.adversarial.use=counting")
    loss: Any = game.seats[0].player.terms["adversarial"]

    check_wiring(game, torch.device("cpu"))

    assert float(loss.objective.balance) == 0


def test_a_projection_follows_the_step_of_its_player_alone(tmp_path: Path, plugins: Plugins) -> None:
    game = game_of(tmp_path, plugins, "players.discriminator.terms.clip={use: bounded}")

    list(played(game, 2))

    largest = {name: max(float(p.detach().abs().max()) for p in network.parameters()) for name, network in game.networks.items()}
    assert largest["discriminator"] <= 0.01 < largest["generator"]


def test_a_projection_can_be_switched_off(tmp_path: Path, plugins: Plugins) -> None:
    game = game_of(tmp_path, plugins, "players.discriminator.terms.clip={use: bounded, until: 0}")

    list(played(game, 2))

    assert max(float(p.detach().abs().max()) for p in game.networks["discriminator"].parameters()) > 0.01


def test_a_regularizer_of_networks_is_asked_once_and_keeps_its_state(tmp_path: Path, plugins: Plugins) -> None:
    game = game_of(tmp_path, plugins, "players.generator.terms.pulled={use: pulled}")

    steps = list(played(game, 2))

    weights = torch.cat([p.detach().flatten() for p in game.networks["generator"].parameters()])
    term: Any = game.seats[1].player.terms["pulled"]
    assert torch.equal(term.objective.seen, weights)
    assert float(steps[0].metrics["generator/pulled"]) > float(steps[1].metrics["generator/pulled"]) == 0


def test_a_network_is_built_with_what_reparametrizes_it(tmp_path: Path, plugins: Plugins) -> None:
    game = game_of(tmp_path, plugins, "networks.discriminator.regularizers=[halved]")

    assert "layers.0.parametrizations.weight.original0" in game.networks["discriminator"].state_dict()


def test_a_reparametrization_is_no_term(tmp_path: Path, plugins: Plugins) -> None:
    with pytest.raises(RecipeError, match=r"'halved' is no term\n  write networks.NAME.regularizers: \[halved\]"):
        game_of(tmp_path, plugins, "players.discriminator.terms.half={use: halved}")


def test_a_term_is_no_reparametrization(tmp_path: Path, plugins: Plugins) -> None:
    with pytest.raises(RecipeError, match="'bounded' does not reparametrize networks"):
        game_of(tmp_path, plugins, "networks.discriminator.regularizers=[bounded]")


def test_flipped_labels_swap_the_scores_of_that_share_of_the_pairs(tmp_path: Path, plugins: Plugins) -> None:
    game = game_of(tmp_path, plugins, "data.batch_size=1000", "players.discriminator.terms.adversarial.flipped=0.3")
    batch = {name: torch.zeros(1000, 4) for name in ("real", "condition")}
    term: Any = game.seats[0].player.terms["adversarial"]

    real, fake = term._told(Round(game.graph, game.networks, tiny_hand(game, batch, {})), torch.ones(1000, 1), torch.zeros(1000, 1), "x")

    assert float(real.mean()) == pytest.approx(0.7, abs=0.05)
    assert torch.equal(real + fake, torch.ones(1000, 1))


def test_the_accuracy_of_a_blind_discriminator_is_one_half(tmp_path: Path, plugins: Plugins) -> None:
    game = game_of(tmp_path, plugins)
    for parameter in game.networks["discriminator"].parameters():
        torch.nn.init.zeros_(parameter)

    step = next(played(game, 1))

    assert float(step.metrics["discriminator/accuracy"]) == 0.5


def test_accuracy_counts_right_verdicts_at_the_threshold_and_right_pairs_without() -> None:
    loss = toy.ToyAdversarial()
    real, fake = torch.tensor([0.9, 0.6, 0.4, 2.0]), torch.tensor([0.7, 0.1, 0.2, 0.3])

    pairs = loss.measure(real, fake)["accuracy"]
    loss.threshold = 0.5
    verdicts = loss.measure(real, fake)["accuracy"]

    assert float(pairs) == 1.0
    assert float(verdicts) == 0.75
