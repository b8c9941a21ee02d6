"""Say everything that is wrong with a recipe, or draw its game: `python tools/check.py recipes/segan.yaml`."""

import sys

from sparring.cli import main

if __name__ == "__main__":
    sys.exit(main(["check", *sys.argv[1:]]))
