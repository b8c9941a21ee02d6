"""Every regularizer in one game, played by one process and by two."""

from __future__ import annotations

import os
from pathlib import Path

import torch
import toy
from accelerate import PartialState, debug_launcher
from accelerate.state import AcceleratorState
from safetensors.torch import load_file, save_file
from torch import Tensor

from sparring import Plugins, load_recipe
from sparring.play.accelerator import accelerator_for
from sparring.play.game import build_game

RECIPE = """\
task: toy
data: {use: toy-points, length: 40, batch_size: 8}
views:
  blur: {use: instance-noise, std: 0.1, over: 8}
networks:
  generator: {use: narrow}
  discriminator: {use: narrow, inputs: 8, outputs: 1, regularizers: [{use: spectral-norm}]}
players:
  discriminator:
    learns: [discriminator]
    optimizer: {use: sgd, lr: 1.0e-2}
    terms:
      adversarial: {use: toy-adversarial}
      gradient-penalty: {use: gradient-penalty}
      r1: {use: r1, weight: 0.5}
      r2: {use: r2, weight: 0.5}
      dragan: {use: dragan}
      lecam: {use: lecam, decay: 0.5}
      history: {use: historical-averaging}
      clip: {use: weight-clipping, bound: 0.4}
  generator:
    learns: [generator]
    optimizer: {use: sgd, lr: 1.0e-2}
    terms:
      features: {use: feature-matching}
      history: {use: historical-averaging}
run: {steps: 6, preview_every: 0, verify_every: 1}
"""


def play(folder: Path) -> dict[str, Tensor]:
    """Everything that a checkpoint would hold of the players after the game."""
    path = folder / f"regularized-{os.getpid()}.yaml"
    path.write_text(RECIPE)
    AcceleratorState._reset_state()
    recipe = load_recipe(path, ())
    accelerator = accelerator_for(recipe)
    game = build_game(recipe, Plugins(register=[toy]), accelerator.device)
    for _ in game.engine(accelerator).play(game.batches(accelerator)):
        pass
    return {f"{seat.name}.{name}": value for seat in game.seats for name, value in seat.player.state_dict().items()}


def _two(folder: str) -> None:
    torch.set_num_threads(1)
    AcceleratorState._reset_state(reset_partial_state=True)
    state = play(Path(folder))
    if PartialState().is_main_process:
        save_file({name: value.contiguous() for name, value in state.items()}, Path(folder) / "state.safetensors")


def test_two_processes_at_half_the_batch_equal_one_and_so_does_their_memory(tmp_path: Path) -> None:
    alone = play(tmp_path)

    debug_launcher(_two, args=(str(tmp_path),), num_processes=2)

    together = load_file(tmp_path / "state.safetensors")
    assert "discriminator.terms.lecam.objective.means" in alone
    assert max(float(value.abs().max()) for name, value in alone.items() if "parametrizations" in name and "original" in name) <= 0.4
    assert together.keys() == alone.keys()
    for name, value in alone.items():
        torch.testing.assert_close(together[name], value, atol=1e-6, rtol=1e-5)
