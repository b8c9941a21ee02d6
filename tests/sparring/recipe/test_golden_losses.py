"""The first losses of shipped recipes, kept: whatever changes them changes everybody's results."""

from __future__ import annotations

from pathlib import Path

import pytest
from accelerate.state import AcceleratorState

from sparring import Plugins, load_recipe
from sparring.play.accelerator import accelerator_for
from sparring.play.batches import batches
from sparring.play.game import build_game

RECIPES = Path(__file__).parents[3] / "recipes"
STEPS = 6
NARROW = ["networks.generator.widths=[4, 8, 16]", "networks.generator.stride=4", "networks.generator.latent_channels=2"]
NARROW += ["networks.discriminator.widths=[4, 8, 16]", "networks.discriminator.stride=4"]
CYCLES = ("to_target", "to_source", *(f"{judged}_discriminator" for judged in ("target", "source", "cycled_target", "cycled_source")))
PLAYED = {
    "segan": NARROW,
    "segan-small": ["players.generator.optimizer.lr=1.0e-3", "players.discriminator.optimizer.lr=1.0e-3"],
    "segan-regression": ["players.generator.optimizer.lr=1.0e-3"],
    "dcgan-digits": [f"networks.{network}.width=4" for network in ("generator", "discriminator")],
    "toy-ring": [],
    "cyclegan-vc2": [f"networks.{network}.width=2" for network in CYCLES],
}
GOLDEN: dict[str, dict[str, list[float]]] = {
    "segan": {
        "discriminator/adversarial": [0.5159364, 0.4493169, 0.5177994, 0.5731904, 0.4904862, 0.5124914],
        "generator/adversarial": [0.3945689, 0.391492, 0.4276654, 0.4705107, 0.4298496, 0.4855762],
        "generator/l1": [0.0066989, 0.0103268, 0.00512, 0.0087554, 0.0071757, 0.0075866],
    },
    "segan-small": {
        "discriminator/adversarial": [0.5074714, 0.3236029, 0.4186968, 0.3008057, 0.4612603, 0.2691044],
        "generator/adversarial": [0.2138898, 0.3326156, 0.5327179, 0.2898027, 0.6225045, 0.2273292],
        "generator/l1": [0.0334942, 0.0128902, 0.0123198, 0.0130954, 0.0246718, 0.0246243],
    },
    "segan-regression": {"generator/l1": [0.0334942, 0.0128904, 0.0123196, 0.0130954, 0.0246735, 0.0246289]},
    "dcgan-digits": {
        "discriminator/adversarial": [1.4167163, 1.2442236, 1.3595068, 1.3703508, 1.2743366, 1.2051609],
        "generator/adversarial": [0.79319, 0.7991322, 0.7514222, 0.729512, 0.7119306, 0.8469889],
    },
    "toy-ring": {
        "discriminator/adversarial": [0.7072624, 0.681592, 0.665102, 0.6683993, 0.6627922, 0.6398281],
        "discriminator/r1": [0.0001622, 0.0011138, 0.002176, 0.0024922, 0.0013653, 0.0041656],
        "generator/adversarial": [0.715968, 0.7303712, 0.7487707, 0.7574893, 0.7560496, 0.8155293],
    },
    "cyclegan-vc2": {
        "generators/adversarial": [1.9862809, 1.9745874, 1.9451979, 1.95245, 1.978461, 1.9399121],
        "generators/cycle_source": [0.8079686, 0.8497368, 0.8268618, 0.8256661, 0.8166787, 0.8655636],
        "generators/identity_target": [0.7943712, 0.8602911, 0.8068153, 0.8077052, 0.8160453, 0.8331282],
        "discriminators/adversarial": [2.2098126, 2.1792486, 2.193413, 2.1779633, 2.1432416, 2.1430392],
    },
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_first_losses_of_a_recipe_are_those_that_they_were(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path))
    AcceleratorState._reset_state(reset_partial_state=True)
    size = ["data.batch_size=2", f"run.steps={STEPS}", "run.verify_every=1"]
    recipe = load_recipe(RECIPES / f"{name}.yaml", [*size, *PLAYED[name]])
    accelerator = accelerator_for(recipe)
    game = build_game(recipe, Plugins(), accelerator.device)
    stream = batches(game.data, seed=0, batch_size=2, start=0, end=2 * STEPS, rank=0, world=1, workers=0, device=accelerator.device)

    steps = [step.metrics for step in game.engine(accelerator).play(stream)]

    played = {key: [float(metrics[key]) for metrics in steps] for key in GOLDEN[name]}
    assert played == {key: pytest.approx(losses, rel=1e-3) for key, losses in GOLDEN[name].items()}
