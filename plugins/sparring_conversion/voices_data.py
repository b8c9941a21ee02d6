"""Speakers who say different things: spectra to learn their voices from, and sentences to be judged on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import permutations
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
import torch
from einops import rearrange
from pydantic import Field
from torch import Tensor

from sparring import Data, Split
from sparring_audio import WorldSettings, fft_size_of, refuse
from sparring_conversion.analysis_pool import Analyser
from sparring_conversion.conversion_example import ConversionExample
from sparring_conversion.dealing import dealt_out
from sparring_conversion.speaker_choice import Directions, checked
from sparring_conversion.speaker_corpus import Sentences, bundled_speakers
from sparring_conversion.spectra import Kind, spectra_of
from sparring_conversion.training_material import named, training_material
from sparring_conversion.vcc import find_corpus


class VoicesData(Data):
    """Unpaired speech of several speakers: fields `source` and `target`, normalised spectra (dims, crop_frames) float32 of two utterances
    that have nothing to do with each other, and `source_speaker` and `target_speaker`, their numbers (int64).

    Where it comes from: `root`, VCC2016 or VCC2018 as unpacked, or any folder with a folder of recordings per speaker; or, without it,
    the bundled synthetic voices. Files may have any sample rate and channels, which are mixed down. `speakers` chooses who plays and
    numbers them (all that there are; of the bundled voices slt and rms).

    `directions`: `one`, from the first of two speakers to the second; `all`, from any to any other. An epoch hears every training
    utterance of every source speaker once; the target's speaker and utterance, and both crops, are drawn.

    Held out are the evaluation set of VCC, the bundled corpus' own validation and test sentences, and otherwise `held_out_share` of the
    sentences for the test and as many for validation, the same ones for all speakers. Training sentences that several speakers have are
    dealt out among them in contiguous blocks (Kaneko and Kameoka 2018), unless `same_sentences`.

    `features` are what `sparring_conversion.spectra` says, every 5 ms; silence at the ends of recordings (40 dB below the loudest frame)
    is left out of crops and of statistics. WORLD's analyses are kept in the cache.

    Raises `DataError` with every problem of the recordings, `ValueError` for a range of pitch that is none.
    """

    fields: ClassVar[tuple[str, ...]] = ("source", "target", "source_speaker", "target_speaker")

    def __init__(
        self,
        *,
        root: Path | None = None,
        speakers: tuple[str, ...] = (),
        directions: Directions = "all",
        features: Kind = "mel-cepstra",
        coefficients: Annotated[int, Field(ge=1, le=100)] = 24,
        vocal_tract_normalisation: bool = False,
        crop_frames: Annotated[int, Field(ge=4, multiple_of=4)] = 128,
        sample_rate_hz: Annotated[int, Field(ge=16000)] = 16000,
        f0_method: Literal["dio", "harvest"] = "dio",
        f0_floor_hz: float = 71.0,
        f0_ceiling_hz: float = 500.0,
        same_sentences: bool = False,
        held_out_share: Annotated[float, Field(gt=0, lt=0.5)] = 0.1,
    ) -> None:
        spectra = spectra_of({
            "features": features, "coefficients": coefficients, "sample_rate_hz": sample_rate_hz,
            "vocal_tract_normalisation": vocal_tract_normalisation,
        })  # fmt: skip
        settings = WorldSettings(f0_method=f0_method, f0_floor_hz=f0_floor_hz, f0_ceiling_hz=f0_ceiling_hz)
        if features == "log-spectra" and fft_size_of(sample_rate_hz, settings=settings) != fft_size_of(sample_rate_hz):
            raise ValueError(f"f0_floor_hz: log-spectra at {sample_rate_hz} Hz need a floor of 71 Hz: choose it, or mel-cepstra")
        self.analyser = Analyser(settings, spectra, sample_rate_hz)
        self.spectra, self.world = spectra, settings
        self.sample_rate_hz, self.directions, self.crop_frames = sample_rate_hz, directions, crop_frames
        self.corpus = bundled_speakers() if root is None else find_corpus(Path(root).expanduser(), share=held_out_share)
        self.speakers = tuple(speakers) or self.corpus.default
        headers = checked(self.corpus, self.speakers, directions)
        sentences = {name: sorted(self.corpus.train[name]) for name in self.speakers}
        self.same_sentences, chosen = same_sentences, sentences if same_sentences else dealt_out(sentences)
        refuse([f"no training sentence is left for {name!r}: set data.same_sentences=true" for name, of in chosen.items() if not of])
        recordings = {name: [self.corpus.train[name][sentence] for sentence in of] for name, of in chosen.items()}
        narrow = [path for paths in recordings.values() for path in paths if headers[path].sample_rate_hz < sample_rate_hz]
        self.material = training_material(recordings, self.analyser, crop_frames=crop_frames)
        self.remarks = (*self.corpus.remarks, *self.material.remarks)
        if narrow:
            self.remarks += (f"nothing above half the rate of {named(narrow)}, which is below {sample_rate_hz} Hz",)
        self._utterances = [self.material.features[name] for name in self.speakers]
        sources = self._utterances[:1] if directions == "one" else self._utterances
        self._sources = [(speaker, number) for speaker, of in enumerate(sources) for number in range(len(of))]

    def __len__(self) -> int:
        return len(self._sources)

    def sample(self, index: int, draw: np.random.Generator) -> Mapping[str, Tensor]:
        source, number = self._sources[index]
        # any speaker but the source, each as likely
        target = (source + 1 + int(draw.integers(len(self.speakers) - 1))) % len(self.speakers)
        drawn = int(draw.integers(len(self._utterances[target])))
        return {
            "source": self._crop(self._utterances[source][number], draw),
            "target": self._crop(self._utterances[target][drawn], draw),
            "source_speaker": torch.tensor(source),
            "target_speaker": torch.tensor(target),
        }

    def examples(self, split: Split) -> Sequence[ConversionExample]:
        """The split's sentences of every speaker, to be converted to every other one.

        `train` are all training sentences with the target's own reading as reference, wherever there is one, whoever they were dealt to.
        """
        sentences = self.corpus.of(split)
        return [
            ConversionExample(
                f"{source}-to-{target}/{sentence}",
                conditions={"direction": f"{source} to {target}"},
                sample_rate_hz=self.sample_rate_hz,
                source_speaker=source,
                target_speaker=target,
                source_path=path,
                reference_path=sentences.get(target, {}).get(sentence),
            )
            for source, target in permutations(self.speakers, 2)
            for sentence, path in sentences.get(source, {}).items()
        ]

    def facts(self) -> Mapping[str, int]:
        return {"dims": self.analyser.spectra.dims, "speakers": len(self.speakers)}

    def statistics(self) -> Mapping[str, Tensor]:
        return self.material.voices.tensors()

    def fingerprint(self) -> str:
        digest = hashlib.sha256(
            f"{self.speakers} {self.directions} {self.crop_frames} {self.spectra.key()} {self.analyser.key()}\n".encode()
        )
        for path, content in self.material.digests.items():
            digest.update(f"train {path.name} {content}\n".encode())
        for split in self._held_out:
            for name in self.speakers:
                for sentence, path in split.get(name, {}).items():
                    digest.update(f"held out {name} {sentence} {path.stat().st_size}\n".encode())
        return digest.hexdigest()

    def describe(self) -> str:
        minutes = sum(len(one) for of in self._utterances for one in of) * self.analyser.settings.frame_seconds / 60
        counts = ", ".join(f"{name} ({len(of)})" for name, of in zip(self.speakers, self._utterances, strict=True))
        words = "of the same sentences" if self.same_sentences else "of different sentences"
        validation, test = (len({sentence for name in self.speakers for sentence in of.get(name, {})}) for of in self._held_out)
        return (
            f"{self.corpus.label}: {counts} training utterances {words}, {minutes:.1f} min; {validation} sentences for validation, "
            f"{test} for the test{''.join(f'; {remark}' for remark in self.remarks)}"
        )

    @property
    def _held_out(self) -> tuple[Mapping[str, Sentences], ...]:
        return self.corpus.validation, self.corpus.test

    def _crop(self, utterance: np.ndarray, draw: np.random.Generator) -> Tensor:
        start = int(draw.integers(len(utterance) - self.crop_frames + 1))
        return torch.from_numpy(rearrange(utterance[start : start + self.crop_frames], "frames dims -> dims frames").copy())
