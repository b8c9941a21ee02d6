"""What the engine costs: its step against the same step written by hand in plain PyTorch, interleaved in one process.

    python tools/bench.py recipes/segan-small.yaml                    # 40 pairs of steps
    python tools/bench.py recipes/segan.yaml data.batch_size=4 --pairs 6

Prints the median of the ratios of neighbouring steps, by wall-clock and by processor time, and how often the generator ran forward.
Any recipe of speech enhancement whose terms are adversarial losses and losses over tensors can be given.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle, islice
from statistics import median
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor

from sparring import Plugins, SparringError, load_recipe
from sparring.play.accelerator import accelerator_for
from sparring.play.allocator import keep_memory
from sparring.play.game import Game, build_game
from sparring.play.key import generator as draws


def engine_steps(game: Game, accelerator: Accelerator, dealt: Iterator[Mapping[str, Tensor]]) -> Callable[[], None]:
    steps = game.engine(accelerator).play(dealt)
    return lambda: next(steps) and None


def steps_by_hand(game: Game, dealt: Iterator[Mapping[str, Tensor]]) -> Callable[[], None]:
    """The loop that one would write for this game: one generator forward, the discriminator frozen in the generator's turn."""
    generator: Any = game.networks["generator"]
    discriminator: Any = game.networks["discriminator"]
    seats = {seat.name: seat for seat in game.seats}
    judge, maker = seats["discriminator"], seats["generator"]
    terms: Any = maker.player.active_terms(0)
    adversarial: Any = judge.player.active_terms(0)["adversarial"].objective
    refers = discriminator.reference if hasattr(discriminator, "reference") else lambda clean, noisy: None
    chunk: int = game.data.sample(0, draws(0))["noisy"].shape[-1]
    shape: Any = generator.latent_shape(chunk) if hasattr(generator, "latent_shape") else None

    def score(signal: Tensor, noisy: Tensor, reference) -> Tensor:
        return discriminator(signal, noisy) if reference is None else discriminator(signal, noisy, reference)

    def step() -> None:
        batch = next(dealt)
        noisy, clean = batch["noisy"], batch["clean"]
        enhanced = generator(noisy) if shape is None else generator(noisy, torch.randn(len(noisy), *shape, device=noisy.device))
        judge.optimizer.zero_grad()
        reference = refers(clean, noisy)
        loss = adversarial.discriminator(score(clean, noisy, reference), score(enhanced.detach(), noisy, reference))
        loss.backward()
        judge.optimizer.step()
        discriminator.requires_grad_(False)
        maker.optimizer.zero_grad()
        with torch.no_grad():
            reference = refers(clean, noisy)
        named = {"enhanced": enhanced, "clean": clean, "noisy": noisy}
        loss = terms["adversarial"].weight(0) * adversarial.generator(score(enhanced, noisy, reference), None)
        for name, term in terms.items():
            if name != "adversarial":
                loss = loss + term.weight(0) * term.objective(*(named[tensor] for tensor in term.of))
        loss.backward()
        maker.optimizer.step()
        discriminator.requires_grad_(True)
        for name, average in game.averages.items():
            average.update(game.networks[name], 0)

    return step


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe")
    parser.add_argument("overrides", nargs="*", metavar="key=value")
    parser.add_argument("--pairs", type=int, default=40)
    arguments = parser.parse_args()
    plugins = Plugins()
    recipe = load_recipe(arguments.recipe, [*arguments.overrides, "run.steps=1000000", "data.workers=0"], plugins=plugins)
    accelerator = accelerator_for(recipe)
    if accelerator.device.type == "cpu":
        keep_memory()
    games = [build_game(recipe, plugins, accelerator.device) for _ in range(2)]
    dealt = list(islice(games[0].batches(accelerator), 4))
    forwards = [0, 0]
    for number, game in enumerate(games):
        game.networks["generator"].register_forward_hook(lambda *_, number=number: forwards.__setitem__(number, forwards[number] + 1))
    ways = [engine_steps(games[0], accelerator, cycle(dealt)), steps_by_hand(games[1], cycle(dealt))]
    for way in ways * 2:
        way()
    forwards[:] = [0, 0]
    walls, works = [], []
    for pair in range(arguments.pairs):
        measured = [(0.0, 0.0), (0.0, 0.0)]
        for number in ((0, 1), (1, 0))[pair % 2]:
            measured[number] = timed(ways[number])
        walls.append(measured)
        works.append(measured[0][1] / measured[1][1])
    ratio = median(engine[0] / hand[0] for engine, hand in walls)
    where = f"{accelerator.device.type}, {torch.get_num_threads()} threads"
    print(f"{recipe.name}, batch of {recipe.data.batch_size}, {where}, {arguments.pairs} pairs of steps")
    print(f"engine {median(e[0] for e, _ in walls) * 1000:.1f} ms, by hand {median(h[0] for _, h in walls) * 1000:.1f} ms a step (medians)")
    print(f"engine / by hand: {ratio:.3f} wall-clock, {median(works):.3f} processor time (medians of neighbouring pairs)")
    print(f"generator forwards a step: engine {forwards[0] / arguments.pairs:g}, by hand {forwards[1] / arguments.pairs:g}")
    return 0


def timed(step: Callable[[], None]) -> tuple[float, float]:
    began = time.perf_counter(), time.process_time()
    step()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - began[0], time.process_time() - began[1]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SparringError as error:
        sys.exit(str(error))
