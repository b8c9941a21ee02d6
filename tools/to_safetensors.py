"""Weights of another project's .pth file as .safetensors, which sparring reads: nothing in a safetensors file can run.

    python tools/to_safetensors.py weights-inception-2015-12-05-6726825d.pth inception.safetensors

Only tensors are read of the .pth file (torch.load's `weights_only`), which has to be one mapping of names to tensors.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file


def convert(source: Path, target: Path) -> int:
    """Write the tensors of `source` to `target`; returns how many there are."""
    weights = torch.load(source, map_location="cpu", weights_only=True)
    if not isinstance(weights, dict) or not all(isinstance(value, torch.Tensor) for value in weights.values()):
        raise ValueError(f"{source} is no mapping of names to tensors")
    save_file({name: tensor.contiguous().clone() for name, tensor in weights.items()}, target)
    return len(weights)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="the .pth file")
    parser.add_argument("target", type=Path, nargs="?", help="the .safetensors file; by default beside the source")
    given = parser.parse_args()
    target = given.target or given.source.with_suffix(".safetensors")
    try:
        count = convert(given.source, target)
    except Exception as error:  # a file from elsewhere may be anything
        sys.exit(f"{given.source}: not converted: {error}")
    print(f"{target}: {count} tensors")


if __name__ == "__main__":
    main()
