"""VoiceBank+DEMAND as it comes from its archives: four folders of recordings and a log of what was mixed into them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

TrainSet = Literal["28spk", "56spk"]


@dataclass(frozen=True)
class VoiceBank:
    """The folders of the set (Valentini-Botinhao et al. 2016; 28 or 56 training speakers, two test speakers), and its logs where they are
    present.
    """

    train_clean: Path
    train_noisy: Path
    test_clean: Path
    test_noisy: Path
    logs: tuple[Path, ...]


def find_voicebank(root: Path, *, train_set: TrainSet) -> VoiceBank | str:
    """The set under `root`, or a sentence that says which folders were looked for and what is there instead.

    Archives that were unpacked into a folder of their own name (`clean_testset_wav/clean_testset_wav/`) are found too.
    """
    if not root.is_dir():
        return f"{str(root)!r} is no folder: set data.root to the folder that holds VoiceBank-DEMAND, or to null for the bundled corpus"
    names = (f"clean_trainset_{train_set}_wav", f"noisy_trainset_{train_set}_wav", "clean_testset_wav", "noisy_testset_wav")
    missing = [name for name in names if not (root / name).is_dir()]
    if missing:
        there = sorted(path.name for path in root.iterdir())
        held = f"{', '.join(map(repr, there[:8]))}{', …' if len(there) > 8 else ''}" if there else "nothing"
        other = "56spk" if train_set == "28spk" else "28spk"
        hint = f"; for the other training set, say data.train_set={other}" if any(f"trainset_{other}" in name for name in there) else ""
        archives = "; unpack the .zip files first" if any(f"{name}.zip" in there for name in missing) else ""
        return f"{str(root)!r} lacks {', '.join(map(repr, missing))}: it holds {held}{hint}{archives}"
    train_clean, train_noisy, test_clean, test_noisy = (_unpacked(root / name) for name in names)
    logs = tuple(sorted(root.rglob("log_testset.txt"))[:1] + sorted(root.rglob(f"log_trainset_{train_set}.txt"))[:1])
    return VoiceBank(train_clean, train_noisy, test_clean, test_noisy, logs)


def _unpacked(folder: Path) -> Path:
    nested = folder / folder.name
    return nested if nested.is_dir() else folder


def read_log(path: Path) -> dict[str, tuple[str, float]]:
    """Noise kind and SNR in dB of each utterance, from lines such as `p232_001 bus 17.5`; lines of another form are left out."""
    conditions = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        match line.split():
            case [name, noise, snr] if _is_number(snr):
                conditions[name] = (noise, float(snr))
    return conditions


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
