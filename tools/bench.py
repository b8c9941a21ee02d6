"""What the engine costs: its step against the same step written by hand, or against itself under other settings, in one process.

    python tools/bench.py recipes/segan-small.yaml                    # 40 pairs of steps, against by_hand.py
    python tools/bench.py recipes/segan.yaml data.batch_size=4 --pairs 6
    python tools/bench.py recipes/dcgan.yaml --against networks.generator.channels_last=false networks.discriminator.channels_last=false

Prints the median of the ratios of neighbouring steps, by wall-clock and by processor time, and how often the generator ran forward.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle, islice
from statistics import median

import torch
from accelerate import Accelerator
from by_hand import steps_by_hand
from torch import Tensor

from sparring import Plugins, SparringError, load_recipe
from sparring.play.accelerator import accelerator_for
from sparring.play.allocator import keep_memory
from sparring.play.game import Game, build_game


def engine_steps(game: Game, accelerator: Accelerator, dealt: Iterator[Mapping[str, Tensor]]) -> Callable[[], None]:
    steps = game.engine(accelerator).play(dealt)
    return lambda: next(steps) and None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe")
    parser.add_argument("overrides", nargs="*", metavar="key=value")
    parser.add_argument("--against", nargs="+", default=[], metavar="key=value", help="against the engine with these overrides as well")
    parser.add_argument("--pairs", type=int, default=40)
    arguments = parser.parse_args()
    plugins = Plugins()
    chosen = [*arguments.overrides, "run.steps=1000000", "data.workers=0"]
    recipes = [load_recipe(arguments.recipe, words, plugins=plugins) for words in (chosen, [*chosen, *arguments.against])]
    accelerator = accelerator_for(recipes[0])
    if accelerator.device.type == "cpu":
        keep_memory()
    games = [build_game(recipe, plugins, accelerator.device) for recipe in recipes]
    dealt = list(islice(games[0].batches(accelerator), 4))
    forwards = [0, 0]
    for number, game in enumerate(games):
        game.networks["generator"].register_forward_hook(lambda *_, number=number: forwards.__setitem__(number, forwards[number] + 1))
    other = engine_steps(games[1], accelerator, cycle(dealt)) if arguments.against else steps_by_hand(games[1], cycle(dealt))
    ways = [engine_steps(games[0], accelerator, cycle(dealt)), other]
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
    called = " ".join(arguments.against) or "by hand"
    ratio = median(one[0] / two[0] for one, two in walls)
    where = f"{accelerator.device.type}, {torch.get_num_threads()} threads"
    print(f"{recipes[0].name}, batch of {recipes[0].data.batch_size}, {where}, {arguments.pairs} pairs of steps")
    here, there = (1000 * median(measured[number][0] for measured in walls) for number in (0, 1))
    print(f"engine {here:.1f} ms, {called} {there:.1f} ms a step (medians)")
    print(f"engine / {called}: {ratio:.3f} wall-clock, {median(works):.3f} processor time (medians of neighbouring pairs)")
    print(f"generator forwards a step: engine {forwards[0] / arguments.pairs:g}, {called} {forwards[1] / arguments.pairs:g}")
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
        print(error, file=sys.stderr)
        sys.exit(2)
