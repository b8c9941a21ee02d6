"""Judge a trained run: `accelerate launch tools/evaluate.py runs/segan`."""

import sys

from sparring.cli import main

if __name__ == "__main__":
    sys.exit(main(["evaluate", *sys.argv[1:]]))
