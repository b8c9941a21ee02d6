"""Play a recipe's game: `accelerate launch tools/run.py recipes/segan.yaml`."""

import sys

from sparring.cli import main

if __name__ == "__main__":
    sys.exit(main(["run", *sys.argv[1:]]))
