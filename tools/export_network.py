"""One network of a trained run as a .safetensors file of its weights, its moving average where the run kept one.

    python tools/export_network.py runs/text-encoder-small text_encoder plugins/sparring_captions/encoders/scenes-text.safetensors
    python tools/export_network.py runs/text-encoder-small image_encoder plugins/sparring_captions/encoders/scenes-image.safetensors

The file's header says which run and step they are of. `--checkpoint` is best (the default), last or a step.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from sparring import RecipeError, SparringError, load


def export(run: Path, network: str, target: Path, *, checkpoint: str = "best") -> int:
    """Write the weights of the run's `network` to `target`; returns how many numbers they are."""
    trained = load(run, checkpoint=checkpoint, device=torch.device("cpu")).trained
    if network not in trained.networks:
        raise RecipeError(f"{run}: has no network {network!r}; there are {', '.join(sorted(trained.networks))}")
    weights = {name: part.contiguous().clone() for name, part in trained.networks[network].state_dict().items()}
    target.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights, target, metadata={"network": network, "run": trained.label})
    return sum(part.numel() for part in weights.values())


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="the run's folder")
    parser.add_argument("network", help="the network's name in the recipe")
    parser.add_argument("target", type=Path, help="the .safetensors file")
    parser.add_argument("--checkpoint", default="best", help="best, last or a step")
    given = parser.parse_args(arguments)
    try:
        count = export(given.run, given.network, given.target, checkpoint=given.checkpoint)
    except (SparringError, OSError) as error:
        sys.exit(f"not exported: {error}")
    print(f"{given.target}: {count:,} numbers")


if __name__ == "__main__":
    main()
