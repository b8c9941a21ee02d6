"""Signal tools that the speech plugins share: files, levels, noises, framing, a sample corpus, metrics.

This is the public door. Names are imported when first asked for, so that importing the package costs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sparring_audio.corpus import Corpus, Utterance, bundled_corpus
    from sparring_audio.emphasis import deemphasise, preemphasise
    from sparring_audio.framing import frame, overlap_add
    from sparring_audio.level import ActiveLevel, active_level, mix
    from sparring_audio.metrics import composite, llr, pesq, segmental_snr, si_sdr, stoi, wss
    from sparring_audio.noise import TEST_NOISES, TRAINING_NOISES, Noise, babble
    from sparring_audio.picture import draw_spectrograms
    from sparring_audio.reading import AudioInfo, audio_files, blocks, info, read
    from sparring_audio.resampling import StreamingResampler, resample
    from sparring_audio.writing import AudioWriter, write

__all__ = [
    "TEST_NOISES",
    "TRAINING_NOISES",
    "ActiveLevel",
    "AudioInfo",
    "AudioWriter",
    "Corpus",
    "Noise",
    "StreamingResampler",
    "Utterance",
    "active_level",
    "audio_files",
    "babble",
    "blocks",
    "bundled_corpus",
    "composite",
    "deemphasise",
    "draw_spectrograms",
    "frame",
    "info",
    "llr",
    "mix",
    "overlap_add",
    "pesq",
    "preemphasise",
    "read",
    "resample",
    "segmental_snr",
    "si_sdr",
    "stoi",
    "write",
    "wss",
]

_HOMES = {
    "sparring_audio.corpus": ("Corpus", "Utterance", "bundled_corpus"),
    "sparring_audio.emphasis": ("deemphasise", "preemphasise"),
    "sparring_audio.framing": ("frame", "overlap_add"),
    "sparring_audio.level": ("ActiveLevel", "active_level", "mix"),
    "sparring_audio.metrics": ("composite", "llr", "pesq", "segmental_snr", "si_sdr", "stoi", "wss"),
    "sparring_audio.noise": ("TEST_NOISES", "TRAINING_NOISES", "Noise", "babble"),
    "sparring_audio.picture": ("draw_spectrograms",),
    "sparring_audio.reading": ("AudioInfo", "audio_files", "blocks", "info", "read"),
    "sparring_audio.resampling": ("StreamingResampler", "resample"),
    "sparring_audio.writing": ("AudioWriter", "write"),
}

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
