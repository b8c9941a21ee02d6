"""Read the bundled sentences aloud: makes plugins/sparring_audio/corpus/VOICE/NNN.flac.

    apt-get install flite
    python tools/make_corpus.py            # writes the files
    python tools/make_corpus.py --check    # compares: are the bundled samples those that this machine makes?

With flite 2.2 the samples come out bit for bit the same. The FLAC container names the library that packed it, so the files themselves
are equal only for the same libFLAC; `--check` therefore compares samples.

Each recording is trimmed to 0.1 s around its speech, and scaled to an active speech level of -26 dBov (ITU-T P.56 method B; -26 dBov is
the nominal level of ITU-T P.830), which leaves the loudest peak below full scale.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile
import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "core"), str(ROOT / "plugins")]

from sparring_audio.corpus import SAMPLE_RATE_HZ, VOICES, bundled_corpus, sentences_of  # noqa: E402
from sparring_audio.level import active_level  # noqa: E402

LEVEL_DBOV = -26.0
MARGIN_SECONDS = 0.1
SILENCE_DB = -50.0
MOST_BYTES = 8 * 2**20


def spoken(voice: str, text: str) -> np.ndarray:
    """What flite says, as 16-bit integers: trimmed and levelled."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
        wave, sample_rate_hz = soundfile.read(path, dtype="float64")
    if sample_rate_hz != SAMPLE_RATE_HZ:
        raise SystemExit(f"flite's voice {voice!r} speaks at {sample_rate_hz} Hz, and the corpus needs {SAMPLE_RATE_HZ}.")
    heard = np.flatnonzero(np.abs(wave) > np.abs(wave).max() * 10 ** (SILENCE_DB / 20))
    margin = round(MARGIN_SECONDS * SAMPLE_RATE_HZ)
    wave = wave[max(heard[0] - margin, 0) : heard[-1] + margin]
    level_db = active_level(torch.from_numpy(wave).float(), SAMPLE_RATE_HZ).level_db
    levelled = np.rint(wave * 10 ** ((LEVEL_DBOV - level_db) / 20) * 2**15)
    if np.abs(levelled).max() >= 2**15:
        raise SystemExit(f"{voice!r} clips at {LEVEL_DBOV} dBov: {text!r}")
    return levelled.astype(np.int16)


def main() -> None:
    arguments = argparse.ArgumentParser(description="Read the bundled sentences aloud.")
    arguments.add_argument("--check", action="store_true", help="compare the bundled samples with what flite says here")
    check = arguments.parse_args().check
    folder = bundled_corpus().folder
    differing, total = [], 0
    for voice in VOICES:
        (folder / voice).mkdir(exist_ok=True)
        for sentence in sentences_of(folder / "sentences.txt"):
            path = folder / voice / f"{sentence.number}.flac"
            samples = spoken(voice, sentence.text)
            if check:
                bundled, _ = soundfile.read(path, dtype="int16")
                differing += [] if np.array_equal(bundled, samples) else [str(path.relative_to(ROOT))]
            else:
                soundfile.write(path, samples, SAMPLE_RATE_HZ, subtype="PCM_16", compression_level=1.0)
            total += path.stat().st_size
    if differing:
        raise SystemExit("These differ from what flite says here: " + ", ".join(differing))
    if total > MOST_BYTES:
        raise SystemExit(f"The corpus has grown to {total / 2**20:.2f} MiB, and 8 is the most: write shorter sentences.")
    print(f"{total / 2**20:.2f} MiB in {folder}")


if __name__ == "__main__":
    main()
