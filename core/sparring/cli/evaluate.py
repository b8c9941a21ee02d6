"""`sparring evaluate RUN [key=value…]`: judge a trained run, beside its baselines, and leave a scorecard in its folder."""

from __future__ import annotations

import argparse
from typing import Any


def add_to(commands: Any) -> None:
    parser = commands.add_parser("evaluate", help="judge a trained run and write a scorecard", description=__doc__)
    parser.add_argument("run", metavar="RUN", help="folder of a run, such as runs/segan")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="other data or metrics: data.root=CORPUS")
    add_checkpoint(parser)
    parser.add_argument("--split", choices=("test", "validation"), default="test", help="held-out examples to judge on (default: test)")
    parser.set_defaults(command=evaluate)


def add_checkpoint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", default="best", metavar="best|last|STEP", help="which weights to use (default: best)")


def evaluate(arguments: argparse.Namespace) -> int:
    from sparring.play.collective import rank
    from sparring.plugins.registry import Plugins
    from sparring.scores import evaluation

    card = evaluation.evaluate(
        arguments.run, Plugins(), checkpoint=arguments.checkpoint, split=arguments.split, overrides=arguments.overrides
    )
    if rank() == 0:
        print(card.table())
    return 0
