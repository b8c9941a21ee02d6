"""Speech with noise mixed into it on the fly: another noise for every training sample, the same ones for every held-out example."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from jaxtyping import Float
from torch import Tensor

from sparring import Split
from sparring_audio import AudioInfo, Noise, active_level
from sparring_enhancement.chunk_numbers import ChunkNumbers
from sparring_enhancement.excerpt import excerpt, frames_at
from sparring_enhancement.latest import Latest
from sparring_enhancement.memory import Memory
from sparring_enhancement.noise_variety import NoiseVariety
from sparring_enhancement.speech_pair import SpeechPair, Wave
from sparring_enhancement.speed import Speed

Choice = TypeVar("Choice")

# Enough speech to know its level, of recordings that nobody wants to read whole before training.
LEVEL_SECONDS = 60


@dataclass(frozen=True)
class Utterance:
    name: str
    speaker: str
    recording: AudioInfo


@dataclass(frozen=True)
class SpeechAndNoise:
    """What is mixed: the utterances and the noises of every split, and where they are from, in a few words.

    `every_noise`: each test utterance is heard in every noise at every SNR, and each one for validation at every SNR; otherwise each is
    heard once. `in_memory`: the speech is small enough to be kept.
    """

    training: Sequence[Utterance]
    validation: Sequence[Utterance]
    test: Sequence[Utterance]
    noises: Mapping[str, Noise]
    test_noises: Mapping[str, Noise]
    label: str
    every_noise: bool = False
    in_memory: bool = False


class MixedSpeech:
    """Chunks of clean speech, each with a noise of a drawn kind at a drawn SNR. The SNR counts from the active level (ITU-T P.56) of the
    whole utterance.
    """

    def __init__(
        self,
        material: SpeechAndNoise,
        *,
        sample_rate_hz: int,
        chunk_samples: int,
        hop_samples: int,
        shifted_chunks: bool,
        snrs_db: Sequence[float],
        test_snrs_db: Sequence[float],
        speed: Speed,
        noise: NoiseVariety,
    ) -> None:
        self.material = material
        self.sample_rate_hz, self.chunk_samples = sample_rate_hz, chunk_samples
        self.snrs_db, self.test_snrs_db = tuple(snrs_db), tuple(test_snrs_db)
        self.speed, self.noise = speed, noise
        lengths = [frames_at(utterance.recording, sample_rate_hz) for utterance in material.training]
        self.chunks = ChunkNumbers(lengths, chunk_samples=chunk_samples, hop_samples=hop_samples, shifted=shifted_chunks)
        self._excerpt = Memory().excerpt if material.in_memory else excerpt
        self._levels_db: dict[str, float] = {}
        self._latest: Latest[tuple[Wave, Wave]] = Latest()

    def __len__(self) -> int:
        return len(self.chunks)

    def chunk(self, index: int, draw: np.random.Generator) -> tuple[Wave, Wave]:
        """The clean samples of training chunk `index`, and the same with a noise that `draw` chooses."""
        number, start = self.chunks.at(index, draw)
        utterance = self.material.training[number]
        hear = partial(self._excerpt, utterance.recording, start, sample_rate_hz=self.sample_rate_hz)
        clean = self.speed(hear, draw, self.chunk_samples)
        snr_db = self.snrs_db[int(draw.integers(len(self.snrs_db)))]
        return clean, self._mixed(utterance, clean, self.noise(draw, self.chunk_samples, self.sample_rate_hz), snr_db)

    def examples(self, split: Split) -> Sequence[SpeechPair]:
        return [
            SpeechPair(
                name,
                conditions={"speaker": utterance.speaker, "noise": kind, "snr_db": snr_db},
                sample_rate_hz=self.sample_rate_hz,
                read=partial(self._whole, split, name, utterance, kind, snr_db),
            )
            for name, utterance, kind, snr_db in self._heard(split)
        ]

    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        for role in ("training", "validation", "test"):
            for utterance in getattr(self.material, role):
                size = utterance.recording.path.stat().st_size
                digest.update(
                    f"{role} {utterance.name} {utterance.recording.frames} {utterance.recording.sample_rate_hz} {size}\n".encode()
                )
        digest.update(f"{tuple(self.material.noises)} {tuple(self.material.test_noises)} {self.test_snrs_db}".encode())
        return digest.hexdigest()

    def describe(self) -> str:
        minutes = sum(utterance.recording.seconds for utterance in self.material.training) / 60
        return (
            f"{self.material.label}: {len(self.material.training)} utterances ({minutes:.1f} min) in {len(self)} chunks, noises "
            f"{', '.join(self.material.noises)}; test: {len(self.material.test)} utterances in {', '.join(self.material.test_noises)}"
        )

    def _heard(self, split: Split) -> Iterator[tuple[str, Utterance, str, float]]:
        """Name, utterance, noise kind and SNR of every held-out example; what is not given by order is chosen by the name."""
        utterances = self.material.test if split == "test" else self.material.validation
        kinds = tuple(self.material.test_noises if split == "test" else self.material.noises)
        for utterance in utterances:
            if self.material.every_noise and split == "test":
                conditions = list(itertools.product(kinds, self.test_snrs_db))
            elif self.material.every_noise:
                conditions = [(_chosen(kinds, f"{utterance.name} {snr_db:g} dB"), snr_db) for snr_db in self.test_snrs_db]
            else:
                conditions = [(_chosen(kinds, utterance.name), _chosen(self.test_snrs_db, f"{utterance.name} SNR"))]
            for kind, snr_db in conditions:
                yield f"{utterance.name}_{kind}_{snr_db:g}dB", utterance, kind, float(snr_db)

    def _whole(self, split: Split, name: str, utterance: Utterance, kind: str, snr_db: float) -> tuple[Wave, Wave]:
        noises = self.material.test_noises if split == "test" else self.material.noises

        def both() -> tuple[Wave, Wave]:
            frames = frames_at(utterance.recording, self.sample_rate_hz)
            clean = self._excerpt(utterance.recording, 0, frames, sample_rate_hz=self.sample_rate_hz)
            noisy = self._mixed(utterance, clean, noises[kind](_keyed(name), frames, self.sample_rate_hz), snr_db)
            peak = float(noisy.abs().max())
            return (clean / peak, noisy / peak) if peak > 1 else (clean, noisy)

        return self._latest.get(name, both)

    def _mixed(self, utterance: Utterance, clean: Wave, noise: Wave, snr_db: float) -> Float[Tensor, " time"]:
        """Where the speech or the noise is silent, there is no ratio to keep, and the speech stays as it is."""
        power = float(noise.square().mean())
        gain = math.sqrt(10 ** ((self._level_db(utterance) - snr_db) / 10) / power) if power else 0.0
        return clean + gain * noise

    def _level_db(self, utterance: Utterance) -> float:
        if utterance.name not in self._levels_db:
            frames = min(frames_at(utterance.recording, self.sample_rate_hz), LEVEL_SECONDS * self.sample_rate_hz)
            wave = self._excerpt(utterance.recording, 0, frames, sample_rate_hz=self.sample_rate_hz)
            self._levels_db[utterance.name] = active_level(wave, self.sample_rate_hz).level_db
        return self._levels_db[utterance.name]


def _keyed(name: str) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")))


def _chosen(choices: Sequence[Choice], name: str) -> Choice:
    return choices[int(_keyed(name).integers(len(choices)))]
