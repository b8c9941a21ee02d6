"""The command line: `sparring COMMAND`. One file per command; torch is imported by those that play, judge or apply, and by no other."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import sparring
from sparring.cli import apply, check, describe, evaluate, listing, plugins, run
from sparring.errors import SparringError

COMMANDS = (run, check, apply, evaluate, listing, describe, plugins)
REFUSED, STOPPED = 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit status: 0 done, 1 done in part, 2 refused with a sentence on stderr, 130 stopped by Ctrl-C."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="sparring", description="Games between networks, for audio and vision.")
    parser.add_argument("--version", action="version", version=f"sparring {sparring.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_to(commands)
    try:
        known, options = apply.separate(words)
        chosen, others = parser.parse_known_args(known)
        if hasattr(chosen, "overrides"):  # argparse takes the positional arguments behind an option for unknown ones
            chosen.overrides += [word for word in others if not word.startswith("-")]
            others = [word for word in others if word.startswith("-")]
        if others:
            parser.error(f"unrecognized arguments: {' '.join(others)}")
        chosen.words, chosen.options = words, options
        return chosen.command(chosen)
    except SparringError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return STOPPED
