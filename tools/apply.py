"""Use a trained run on files or folders: `python tools/apply.py runs/segan noisy.wav --output enhanced`."""

import sys

from sparring.cli import main

if __name__ == "__main__":
    sys.exit(main(["apply", *sys.argv[1:]]))
