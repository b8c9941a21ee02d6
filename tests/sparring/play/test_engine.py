"""Equivalences: what must come out the same, whichever way it is played."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import toy
from accelerate import PartialState, debug_launcher
from accelerate.state import AcceleratorState
from safetensors.torch import load_file, save_file
from torch import Tensor

from sparring import GameError, Plugins, Recipe, load_recipe
from sparring.play.accelerator import accelerator_for
from sparring.play.engine import Step
from sparring.play.game import build_game

Weights = dict[str, Tensor]


def recipe(tmp_path: Path, *overrides: str) -> Recipe:
    path = tmp_path / f"toy-{os.getpid()}.yaml"
    path.write_text(toy.RECIPE)
    return load_recipe(path, overrides)


def play(recipe: Recipe, *, watch: Callable[[Step], None] = lambda step: None) -> Weights:
    AcceleratorState._reset_state()
    accelerator = accelerator_for(recipe)
    game = build_game(recipe, Plugins(register=[toy]), accelerator.device)
    for step in game.engine(accelerator).play(game.batches(accelerator)):
        watch(step)
    networks = {f"{name}.{key}": value for name, network in game.networks.items() for key, value in network.state_dict().items()}
    return networks | {f"average.{key}": value for key, value in game.averages["generator"].network.state_dict().items()}


def distance(one: Weights, other: Weights) -> float:
    return max(float((one[name] - other[name]).abs().max()) for name in one)


def test_the_generator_runs_forward_once_a_step(tmp_path: Path) -> None:
    toy.ToyTask.forwards = 0

    play(recipe(tmp_path))

    assert toy.ToyTask.forwards == 20


def test_a_shared_forward_gives_the_weights_of_two_forwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = play(recipe(tmp_path))
    monkeypatch.setattr("sparring.play.round.Hand.forget", lambda hand, graph, learned: hand.computed.clear())

    recomputed = play(recipe(tmp_path))

    assert toy.ToyTask.forwards > 20
    assert distance(shared, recomputed) == 0


def test_accumulated_micro_batches_equal_the_large_batch(tmp_path: Path) -> None:
    assert distance(play(recipe(tmp_path)), play(recipe(tmp_path, "run.accumulate=4"))) < 1e-6


def test_five_turns_take_five_batches_and_the_generator_plays_on_the_last(tmp_path: Path) -> None:
    toy.ToyTask.forwards = 0
    seen = []

    play(recipe(tmp_path, "players.discriminator.turns=5", "run.steps=2"), watch=lambda step: seen.append(step.samples))

    assert seen == [40, 80]
    assert toy.ToyTask.forwards == 10


def test_a_player_rests_outside_of_its_steps(tmp_path: Path) -> None:
    names = []

    play(
        recipe(tmp_path, "players.generator.from=2", "players.discriminator.until=3", "run.steps=4"),
        watch=lambda step: names.append({name.partition("/")[0] for name in step.metrics}),
    )

    assert names == [{"discriminator"}, {"discriminator"}, {"discriminator", "generator"}, {"generator"}]


def test_a_term_counts_only_between_from_and_until(tmp_path: Path) -> None:
    seen = []

    play(
        recipe(tmp_path, "players.generator.terms.distance.from=1", "players.generator.terms.distance.until=2", "run.steps=3"),
        watch=lambda step: seen.append("generator/distance" in step.metrics),
    )

    assert seen == [False, True, False]


def test_a_learning_rate_may_be_a_schedule(tmp_path: Path) -> None:
    rates = []

    play(
        recipe(tmp_path, "players.generator.optimizer.lr={use: linear, start: 1.0e-2, end: 0.0, over: 2}", "run.steps=3"),
        watch=lambda step: rates.append(step.metrics["generator/lr"]),
    )

    assert rates == [1e-2, 5e-3, 0.0]


def test_a_clipped_gradient_still_reports_its_norm(tmp_path: Path) -> None:
    norms = []

    clipped = play(
        recipe(tmp_path, "players.generator.clip=1.0e-3"), watch=lambda step: norms.append(float(step.metrics["generator/gradient-norm"]))
    )

    assert max(norms) > 1e-3
    assert distance(clipped, play(recipe(tmp_path))) > 0


def test_dropout_is_a_function_of_the_step_too(tmp_path: Path) -> None:
    wet = "networks.generator.dropout=0.5"
    first = play(recipe(tmp_path, wet))
    torch.rand(100)

    assert distance(first, play(recipe(tmp_path, wet))) == 0


def test_bf16_stays_close_to_fp32(tmp_path: Path) -> None:
    gap = distance(play(recipe(tmp_path)), play(recipe(tmp_path, "run.precision=bf16")))

    assert 0 < gap < 0.1


def test_a_non_finite_value_stops_the_run_before_it_reaches_a_weight(tmp_path: Path) -> None:
    steps = []

    with pytest.raises(GameError) as caught:
        play(recipe(tmp_path, "data.broken_at=3", "run.verify_every=0"), watch=lambda step: steps.append(step.number))

    assert str(caught.value).startswith(
        f"step {len(steps) + 1}, player 'discriminator': term 'adversarial' is not finite (adversarial = nan"
    )


def test_a_learned_parameter_that_no_term_reaches_is_named(tmp_path: Path) -> None:
    with pytest.raises(GameError, match=r"player 'generator' learns parameters that none of its terms reaches: 'generator.spare'"):
        play(recipe(tmp_path, "networks.generator.spare=true"))


def _two(folder: str) -> None:
    """Plays every variant in one launch, since a launch costs seconds."""
    torch.set_num_threads(1)
    AcceleratorState._reset_state(reset_partial_state=True)
    for name, overrides in VARIANTS.items():
        weights = play(recipe(Path(folder), *overrides))
        if PartialState().is_main_process:
            save_file({key: value.contiguous() for key, value in weights.items()}, Path(folder) / f"{name}.safetensors")


VARIANTS = {
    "plain": (),
    "accumulated": ("run.accumulate=2",),
    "five-turns": ("players.discriminator.turns=5",),
}


def test_two_processes_at_half_the_batch_equal_one(tmp_path: Path) -> None:
    alone = {name: play(recipe(tmp_path, *overrides)) for name, overrides in VARIANTS.items()}

    debug_launcher(_two, args=(str(tmp_path),), num_processes=2)

    for name, weights in alone.items():
        gap = distance(weights, load_file(tmp_path / f"{name}.safetensors"))
        assert not math.isnan(gap)
        assert gap < 1e-6, name
