"""Every loss and every remedy on a mixture whose truth is known: `recipes/toy-ring.yaml` with other terms, at one budget, by seeds.

    python tools/ring_table.py                                        # all rows, seeds 0, 1 and 2, two at a time
    python tools/ring_table.py --rows lsgan hinge --steps 1000
    python tools/ring_table.py --recipe recipes/toy-grid.yaml --output runs/grid-table

Leaves `table.md` and `table.csv` in the output folder, beside the recipe, the log and the run of every row and seed. What was played
before, at the same settings, is not played again. Each run has one thread. Optimizer and average are not the recipe's: Adam with DCGAN's
betas of 0.5 and 0.999, and the generator as it is at the end, since a moving average hides a collapse. `consistency` is missing: it moves
images, and points have no pixels to move.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import yaml

from sparring import SparringError, load_recipe
from sparring.cli import main as sparring

METRICS = {"modes-reached": 1, "high-quality-share": 3, "mode-divergence": 3}
TRUTH = "real points"


@dataclass(frozen=True)
class Row:
    """What a row has in place of the recipe's terms: the loss, what else the discriminator and the generator pay, and other changes."""

    loss: str = "non-saturating"
    options: Mapping[str, Any] = field(default_factory=dict)
    judge: Mapping[str, Any] = field(default_factory=dict)
    maker: Mapping[str, Any] = field(default_factory=dict)
    discriminator: Mapping[str, Any] = field(default_factory=dict)
    views: Mapping[str, Any] = field(default_factory=dict)
    flipped: float = 0.0
    turns: int = 1

    def recipe(self, base: Mapping[str, Any], *, name: str, steps: int, seed: int) -> dict[str, Any]:
        """The recipe of this row: `base` with its terms replaced, without looks at how it is going."""
        tree = deepcopy(dict(base))
        tree["networks"]["generator"].pop("ema", None)
        for player in tree["players"].values():
            player["optimizer"]["betas"] = [0.5, 0.999]
        adversarial = {"use": self.loss, **self.options}
        judge, maker = tree["players"]["discriminator"], tree["players"]["generator"]
        judge["terms"] = {"adversarial": {**adversarial, **({"flipped": self.flipped} if self.flipped else {})}, **self.judge}
        maker["terms"] = {"adversarial": adversarial, **self.maker}
        judge["turns"] = self.turns
        tree["networks"]["discriminator"] |= self.discriminator
        if self.views:
            tree["views"] = dict(self.views)
        tree["run"] = {"name": name, "steps": steps, "seed": seed, "log_every": 100, "save_every": 0, "preview_every": 0}
        tree["evaluation"] = {"metrics": list(METRICS), "baselines": ["real-points"]}
        return json.loads(json.dumps(tree))  # nothing is in it twice, which YAML would write as an alias


def penalty(name: str, *, weight: float, **options: Any) -> dict[str, Any]:
    return {name: {"use": name, "weight": weight, **options}}


R1, R2 = penalty("r1", weight=0.1), penalty("r2", weight=0.1)
AVERAGING = penalty("historical-averaging", weight=0.001)
ROWS = {
    "minimax": Row("minimax"),
    "non-saturating": Row(),
    "lsgan": Row("lsgan"),
    "wasserstein + weight-clipping": Row("wasserstein", judge={"weight-clipping": {"use": "weight-clipping", "bound": 0.1}}, turns=5),
    "wasserstein + gradient-penalty": Row("wasserstein", judge=penalty("gradient-penalty", weight=0.1), turns=5),
    "hinge": Row("hinge"),
    "hinge + spectral-norm": Row("hinge", discriminator={"regularizers": ["spectral-norm"]}),
    "rpgan": Row("rpgan"),
    "rpgan + r1 + r2": Row("rpgan", judge={**R1, **R2}),
    "ragan": Row("ragan"),
    "non-saturating + r1": Row(judge=R1),
    "non-saturating + r2": Row(judge=R2),
    "non-saturating + dragan": Row(judge=penalty("dragan", weight=0.1)),
    "non-saturating + minibatch discrimination": Row(discriminator={"minibatch_kernels": 16}),
    "non-saturating + batch deviation": Row(discriminator={"batch_deviation": True}),
    "non-saturating + feature-matching": Row(maker=penalty("feature-matching", weight=1.0)),
    "non-saturating + historical-averaging": Row(judge=AVERAGING, maker=AVERAGING),
    "non-saturating + lecam": Row(judge=penalty("lecam", weight=0.01)),
    "non-saturating + instance-noise": Row(views={"noise": {"use": "instance-noise", "std": 0.1}}),
    "non-saturating + label smoothing": Row(options={"real_target": 0.9}),
    "non-saturating + label flipping": Row(flipped=0.05),
}


@dataclass(frozen=True)
class Played:
    """One row with one seed: the scores, those of real points, and the processor time, judging included."""

    row: str
    seed: int
    scores: Mapping[str, float | None]
    truth: Mapping[str, float | None]
    seconds_per_1000_steps: float


def begin(folder: Path) -> None:
    """Work in the folder, with what every run imports, so that the first one is not charged with it."""
    os.chdir(folder)
    import_module("sparring.runs.runner")


def play(row: str, base: Mapping[str, Any], steps: int, seed: int) -> Played:
    """Play a row in the working folder, or find that it was played."""
    slug = row.replace(" + ", "-").replace(" ", "-")
    digest = hashlib.sha256(json.dumps(ROWS[row].recipe(base, name="", steps=steps, seed=seed), sort_keys=True).encode()).hexdigest()
    name = f"{slug}-{seed}-{digest[:8]}"
    result = Path(f"{name}.json")
    if not result.exists():
        recipe = Path(f"{name}.yaml")
        recipe.write_text(yaml.safe_dump(ROWS[row].recipe(base, name=name, steps=steps, seed=seed), sort_keys=False))
        began = time.process_time()
        with Path(f"{name}.log").open("w") as log, redirect_stdout(log), redirect_stderr(log):
            status = sparring(["run", str(recipe)])
        if status:
            raise SystemExit(f"{row}, seed {seed}: {log.name} says why it was not played:\n{Path(log.name).read_text()[-2000:]}")
        seconds = (time.process_time() - began) / steps * 1000
        means = json.loads(next(Path("runs", name, "scorecards").glob("*/scorecard.json")).read_text())["means"]
        ours, real = ({metric: one["mean"] for metric, one in means[system].items()} for system in (name, "real-points"))
        result.write_text(json.dumps(vars(Played(row, seed, ours, real, seconds))))
    return Played(**json.loads(result.read_text()))


def table(played: Sequence[Played], title: str) -> str:
    """Markdown: a line for real points and one for each row, with mean ± standard deviation over its seeds."""
    heads = ["", *METRICS, "s per 1000 steps"]
    truth = [TRUTH, *(_cell([played[0].truth[metric]], decimals) for metric, decimals in METRICS.items()), ""]
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], truth]
    for row in dict.fromkeys(one.row for one in played):
        mine = [one for one in played if one.row == row]
        cells = [_cell([one.scores[metric] for one in mine], decimals) for metric, decimals in METRICS.items()]
        lines.append([row, *cells, f"{mean(one.seconds_per_1000_steps for one in mine):.1f}"])
    return "\n".join([title, "", *("| " + " | ".join(line) + " |" for line in lines), ""])


def _cell(values: Iterable[float | None], decimals: int) -> str:
    """Of the seeds for which there is a score; a divergence has none where no point is of high quality."""
    known = [value for value in values if value is not None and not math.isnan(value)]
    spread = f" ± {stdev(known):.{decimals}f}" if len(known) > 1 else ""
    return f"{mean(known):.{decimals}f}{spread}" if known else "–"


def write_csv(path: Path, played: Sequence[Played]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["row", "seed", *METRICS, "seconds_per_1000_steps"])
        for one in played:
            writer.writerow([one.row, one.seed, *(one.scores[metric] for metric in METRICS), f"{one.seconds_per_1000_steps:.2f}"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="recipes/toy-ring.yaml")
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS), metavar="ROW", help=f"of: {'; '.join(ROWS)}")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--steps", type=int, help="steps of each run (default: the recipe's)")
    parser.add_argument("--jobs", type=int, default=2, help="how many are played at a time")
    parser.add_argument("--output", type=Path, default=Path("runs/ring-table"))
    arguments = parser.parse_args()
    recipe = load_recipe(arguments.recipe)
    base, steps = yaml.safe_load(recipe.dump()), int(arguments.steps or recipe.run.steps or 0)
    os.environ["OMP_NUM_THREADS"] = "1"  # before the processes start, which read it when they import torch
    arguments.output.mkdir(parents=True, exist_ok=True)
    played: list[Played] = []
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(arguments.jobs, mp_context=spawn, initializer=begin, initargs=(arguments.output.resolve(),)) as pool:
        for future in [pool.submit(play, row, base, steps, seed) for row in arguments.rows for seed in arguments.seeds]:
            played.append(future.result())
            one = played[-1]
            scores = ", ".join(f"{metric} {_cell([one.scores[metric]], decimals)}" for metric, decimals in METRICS.items())
            print(f"{one.row}, seed {one.seed}: {scores}", flush=True)
    title = f"{recipe.name}, {steps} steps, seeds {', '.join(map(str, arguments.seeds))}: mean ± standard deviation over seeds"
    text = table(played, title)
    (arguments.output / "table.md").write_text(text)
    write_csv(arguments.output / "table.csv", played)
    print(f"\n{text}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SparringError as error:
        sys.exit(str(error))
