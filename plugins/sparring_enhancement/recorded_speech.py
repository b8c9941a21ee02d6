"""Speech that was recorded, or mixed, in pairs: VoiceBank-DEMAND, or any two folders."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float
from torch import Tensor

from sparring import Split
from sparring_audio import AudioInfo
from sparring_enhancement.chunk_numbers import ChunkNumbers
from sparring_enhancement.excerpt import excerpt, frames_at
from sparring_enhancement.latest import Latest
from sparring_enhancement.pairs import Pair
from sparring_enhancement.speech_pair import SpeechPair, Wave


@dataclass(frozen=True)
class PairSplits:
    """Which pairs are trained on and which are held out; `label` says in a few words where they are from."""

    training: Sequence[Pair]
    validation: Sequence[Pair]
    test: Sequence[Pair]
    label: str


class RecordedSpeech:
    """Chunks of recorded pairs. Of a file, no more is read than the chunk takes."""

    def __init__(self, splits: PairSplits, *, sample_rate_hz: int, chunk_samples: int, hop_samples: int, shifted_chunks: bool) -> None:
        self.splits = splits
        self.sample_rate_hz, self.chunk_samples = sample_rate_hz, chunk_samples
        lengths = [frames_at(pair.clean, sample_rate_hz) for pair in splits.training]
        self.chunks = ChunkNumbers(lengths, chunk_samples=chunk_samples, hop_samples=hop_samples, shifted=shifted_chunks)
        self._latest: Latest[tuple[Wave, Wave]] = Latest()

    def __len__(self) -> int:
        return len(self.chunks)

    def chunk(self, index: int, draw: np.random.Generator) -> tuple[Wave, Wave]:
        """The clean and the noisy samples of training chunk `index`."""
        number, start = self.chunks.at(index, draw)
        pair = self.splits.training[number]
        return self._heard(pair.clean, start), self._heard(pair.noisy, start)

    def examples(self, split: Split) -> Sequence[SpeechPair]:
        pairs = self.splits.test if split == "test" else self.splits.validation
        return [
            SpeechPair(pair.name, conditions=conditions_of(pair), sample_rate_hz=self.sample_rate_hz, read=partial(self._whole, pair))
            for pair in pairs
        ]

    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        for role, pairs in (("training", self.splits.training), ("validation", self.splits.validation), ("test", self.splits.test)):
            for pair in pairs:
                sizes = [recording.path.stat().st_size for recording in (pair.clean, pair.noisy)]
                digest.update(f"{role} {pair.name} {pair.clean.frames} {pair.clean.sample_rate_hz} {sizes}\n".encode())
        return digest.hexdigest()

    def describe(self) -> str:
        hours = sum(pair.clean.seconds for pair in self.splits.training) / 3600
        return (
            f"{self.splits.label}: {len(self.splits.training)} utterances ({hours:.1f} h) in {len(self)} chunks, "
            f"{len(self.splits.validation)} for validation, {len(self.splits.test)} for the test"
        )

    def _heard(self, recording: AudioInfo, start: int) -> Float[Tensor, " time"]:
        return excerpt(recording, start, self.chunk_samples, sample_rate_hz=self.sample_rate_hz)

    def _whole(self, pair: Pair) -> tuple[Wave, Wave]:
        frames = frames_at(pair.clean, self.sample_rate_hz)

        def both() -> tuple[Wave, Wave]:
            clean, noisy = (excerpt(end, 0, frames, sample_rate_hz=self.sample_rate_hz) for end in (pair.clean, pair.noisy))
            return clean, noisy

        return self._latest.get(pair.name, both)


def conditions_of(pair: Pair) -> Mapping[str, str | float]:
    """The speaker, and noise and SNR where the log told them."""
    known = {} if pair.noise is None or pair.snr_db is None else {"noise": pair.noise, "snr_db": pair.snr_db}
    return {"speaker": pair.speaker, **known}
