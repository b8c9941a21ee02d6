"""How much an enhancer's output depends on where its chunks fall, and on the batch size: the largest difference, full scale being 1.

python tools/seams.py runs/segan-small noisy.wav
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from sparring import SparringError, load
from sparring_audio import read, write


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("file")
    arguments = parser.parse_args()
    application: Any = load(arguments.run)
    wave, rate = read(arguments.file)
    step = int(getattr(application.trained.networks["generator"], "samples_per_frame", 1))
    with tempfile.TemporaryDirectory() as folder:

        def enhanced(input: Tensor, **options: int) -> Tensor:
            write(Path(folder) / "input.wav", input, rate, subtype="FLOAT")
            application.apply([Path(folder) / "input.wav"], Path(folder) / "output", **options)
            return read(Path(folder) / "output" / "input.wav")[0]

        straight = enhanced(wave)
        for shift in (step, 2 * step, 3 * step, 5 * step):
            moved = enhanced(functional.pad(wave, (shift, 0)))[..., shift:]
            print(f"behind {shift} samples of silence: {float((moved - straight).abs().max()):.1e}")
        print(f"chunk by chunk: {float((enhanced(wave, batch_size=1) - straight).abs().max()):.1e}")
    return 0


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    try:
        sys.exit(main())
    except SparringError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
