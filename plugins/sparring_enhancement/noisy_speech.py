"""Speech to be enhanced, in chunks to train on and in whole utterances to be judged on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
import torch
from einops import rearrange
from pydantic import Field
from torch import Tensor

from sparring import Data, DataError, Split
from sparring_audio import preemphasise
from sparring_enhancement.material import bundled, speech_and_noise, two_folders, voicebank
from sparring_enhancement.mixed_speech import MixedSpeech
from sparring_enhancement.noise_variety import NoiseVariety
from sparring_enhancement.recorded_speech import PairSplits, RecordedSpeech
from sparring_enhancement.speech_pair import SpeechPair
from sparring_enhancement.speed import Speed
from sparring_enhancement.voicebank import TrainSet

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(ge=0.5, le=2)]
Decibels = Annotated[tuple[float, ...], Field(min_length=1)]


class NoisySpeech(Data):
    """Pairs of clean and noisy speech: fields `clean` and `noisy`, each (1, chunk_samples) in [-1, 1] at `sample_rate_hz`,
    pre-emphasised.

    Where they come from: `root`, VoiceBank-DEMAND as unpacked (`train_set` says which of its two training sets); or `clean` and `noisy`,
    any two folders with files of the same names; or `clean` and `noise`, speech into which the noise is mixed on the fly; or, with none
    of them, the bundled corpus. Files may have any sample rate, and are never read whole for a chunk.

    Held out for validation are the `validation_speakers` (the first part of a file's name, as in `p226_001.wav`). Folders other than
    VoiceBank-DEMAND hold out `held_out_share` of their files for the test, and as many for validation where they have none of these
    speakers; with fewer than three files nothing is held out.

    Training chunks start every `hop_samples`, or with `shifted_chunks` at a drawn place up to a hop later; pre-emphasis y[n] = x[n] -
    `preemphasis` x[n-1] is applied to each (Pascual et al. 2017). `level_db` is the range of the gain of a pair, and `flipped_share` of
    them change their sign.

    What is mixed on the fly has an SNR of `snrs_db` in training and one of `test_snrs_db` when held out. In training its voices are
    played at speeds drawn from `speed_range` (`Speed`), `mixed_noise_share` of the noises have a second one in them, and
    `coloured_noise_share` of them are filtered at random (`NoiseVariety`).

    Raises `DataError` with every problem that can be seen from names and headers, and later for a file that turns out damaged or not
    finite.
    """

    fields: ClassVar[tuple[str, ...]] = ("clean", "noisy")

    def __init__(
        self,
        *,
        root: Path | None = None,
        clean: Path | None = None,
        noisy: Path | None = None,
        noise: Path | None = None,
        train_set: TrainSet = "28spk",
        validation_speakers: tuple[str, ...] = ("p226", "p287"),
        held_out_share: Annotated[float, Field(gt=0, lt=0.5)] = 0.05,
        sample_rate_hz: Count = 16000,
        chunk_samples: Count = 16384,
        hop_samples: Count = 8192,
        preemphasis: Annotated[float, Field(ge=0, lt=1)] = 0.95,
        snrs_db: Decibels = (0.0, 5.0, 10.0, 15.0),
        test_snrs_db: Decibels = (0.0, 5.0, 10.0),
        shifted_chunks: bool = False,
        level_db: tuple[float, float] = (0.0, 0.0),
        flipped_share: Share = 0.0,
        speed_range: tuple[Factor, Factor] = (1.0, 1.0),
        mixed_noise_share: Share = 0.0,
        coloured_noise_share: Share = 0.0,
    ) -> None:
        named = {
            name: folder for name, folder in (("root", root), ("clean", clean), ("noisy", noisy), ("noise", noise)) if folder is not None
        }
        chosen = {name: Path(folder).expanduser() for name, folder in named.items()}
        match chosen:
            case {"root": folder, **others} if not others:
                material = voicebank(folder, train_set=train_set, validation_speakers=validation_speakers)
            case {"clean": one, "noisy": other, **others} if not others:
                material = two_folders(one, other, validation_speakers=validation_speakers, share=held_out_share)
            case {"clean": one, "noise": other, **others} if not others:
                material = speech_and_noise(one, other, validation_speakers=validation_speakers, share=held_out_share)
            case {**others} if not others:
                material = bundled()
            case _:
                raise DataError(
                    f"noisy-speech was given {' and '.join(chosen)}: give root (VoiceBank-DEMAND), or clean and noisy, or clean and noise, "
                    "or none of them for the bundled corpus."
                )
        cut = {
            "sample_rate_hz": sample_rate_hz, "chunk_samples": chunk_samples, "hop_samples": hop_samples, "shifted_chunks": shifted_chunks
        }  # fmt: skip
        if isinstance(material, PairSplits):
            self.speech = RecordedSpeech(material, **cut)
        else:
            noises = NoiseVariety(tuple(material.noises.values()), mixed_share=mixed_noise_share, coloured_share=coloured_noise_share)
            drawn = {"snrs_db": snrs_db, "test_snrs_db": test_snrs_db, "speed": Speed(*speed_range), "noise": noises}
            self.speech = MixedSpeech(material, **cut, **drawn)
        self.preemphasis, self.level_db, self.flipped_share = preemphasis, level_db, flipped_share

    def __len__(self) -> int:
        return len(self.speech)

    def sample(self, index: int, draw: np.random.Generator) -> Mapping[str, Tensor]:
        pair = torch.stack(self.speech.chunk(index, draw))
        if self.level_db != (0.0, 0.0):
            pair = pair * 10 ** (draw.uniform(*self.level_db) / 20)
        if self.flipped_share and draw.random() < self.flipped_share:
            pair = -pair
        # One gain for both, so that a loud mixture stays within full scale and the pair a pair.
        pair = pair / pair.abs().max().clamp(min=1)
        clean, noisy = rearrange(preemphasise(pair, self.preemphasis), "pair time -> pair 1 time")
        return {"clean": clean, "noisy": noisy}

    def examples(self, split: Split) -> Sequence[SpeechPair]:
        return self.speech.examples(split)

    def fingerprint(self) -> str:
        return self.speech.fingerprint()

    def describe(self) -> str:
        return self.speech.describe()
