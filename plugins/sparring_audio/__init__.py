"""Signal tools that the speech plugins share: files, levels, noises, framing, WORLD, mel-cepstra, a sample corpus, metrics.

This is the public door. Names are imported when first asked for, so that importing the package costs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sparring_audio.alignment import align
    from sparring_audio.cepstral_distance import mel_cepstral_distortion
    from sparring_audio.cepstrum import envelope_of, mel_cepstrum, warping_matrix, warping_of
    from sparring_audio.comparison import audible, heard_frames
    from sparring_audio.corpus import Corpus, Utterance, bundled_corpus
    from sparring_audio.destinations import Destination, reason, refuse_overwriting
    from sparring_audio.differential import filtered, ratio
    from sparring_audio.emphasis import deemphasise, preemphasise
    from sparring_audio.file_by_file import each_file, whole_report
    from sparring_audio.file_hash import content_hash
    from sparring_audio.framing import frame, overlap_add
    from sparring_audio.level import ActiveLevel, active_level, levelled, mix
    from sparring_audio.limited_writer import UNLIMITED, LimitedWriter
    from sparring_audio.metrics import composite, llr, pesq, segmental_snr, si_sdr, stoi, wss
    from sparring_audio.noise import TEST_NOISES, TRAINING_NOISES, Noise, babble
    from sparring_audio.picture import draw_spectrograms
    from sparring_audio.pieces import Pieces, in_pieces
    from sparring_audio.pitch_distance import log_f0_rmse, vuv_error
    from sparring_audio.problems import first_few, refuse
    from sparring_audio.reading import AUDIO_SUFFIXES, AudioInfo, audio_files, blocks, info, read
    from sparring_audio.recording import heard, heard_lately
    from sparring_audio.resampling import StreamingResampler, resample
    from sparring_audio.splitting import HeldOut, held_out
    from sparring_audio.trajectory import STILL, global_variance, gv_distance, modulation_spectrum, ms_distance
    from sparring_audio.world import WorldAnalysis, WorldSettings, analyse_world, fft_size_of, synthesise_world
    from sparring_audio.writing import AudioWriter, write

__all__ = [
    "AUDIO_SUFFIXES",
    "STILL",
    "TEST_NOISES",
    "TRAINING_NOISES",
    "UNLIMITED",
    "ActiveLevel",
    "AudioInfo",
    "AudioWriter",
    "Corpus",
    "Destination",
    "HeldOut",
    "LimitedWriter",
    "Noise",
    "Pieces",
    "StreamingResampler",
    "Utterance",
    "WorldAnalysis",
    "WorldSettings",
    "active_level",
    "align",
    "analyse_world",
    "audible",
    "audio_files",
    "babble",
    "blocks",
    "bundled_corpus",
    "composite",
    "content_hash",
    "deemphasise",
    "draw_spectrograms",
    "each_file",
    "envelope_of",
    "fft_size_of",
    "filtered",
    "first_few",
    "frame",
    "global_variance",
    "gv_distance",
    "heard",
    "heard_frames",
    "heard_lately",
    "held_out",
    "in_pieces",
    "info",
    "levelled",
    "llr",
    "log_f0_rmse",
    "mel_cepstral_distortion",
    "mel_cepstrum",
    "mix",
    "modulation_spectrum",
    "ms_distance",
    "overlap_add",
    "pesq",
    "preemphasise",
    "ratio",
    "read",
    "reason",
    "refuse",
    "refuse_overwriting",
    "resample",
    "segmental_snr",
    "si_sdr",
    "stoi",
    "synthesise_world",
    "vuv_error",
    "warping_matrix",
    "warping_of",
    "whole_report",
    "write",
    "wss",
]

_HOMES = {
    "sparring_audio.alignment": ("align",),
    "sparring_audio.cepstral_distance": ("mel_cepstral_distortion",),
    "sparring_audio.cepstrum": ("envelope_of", "mel_cepstrum", "warping_matrix", "warping_of"),
    "sparring_audio.comparison": ("audible", "heard_frames"),
    "sparring_audio.corpus": ("Corpus", "Utterance", "bundled_corpus"),
    "sparring_audio.destinations": ("Destination", "reason", "refuse_overwriting"),
    "sparring_audio.differential": ("filtered", "ratio"),
    "sparring_audio.emphasis": ("deemphasise", "preemphasise"),
    "sparring_audio.file_by_file": ("each_file", "whole_report"),
    "sparring_audio.file_hash": ("content_hash",),
    "sparring_audio.framing": ("frame", "overlap_add"),
    "sparring_audio.level": ("ActiveLevel", "active_level", "levelled", "mix"),
    "sparring_audio.limited_writer": ("UNLIMITED", "LimitedWriter"),
    "sparring_audio.metrics": ("composite", "llr", "pesq", "segmental_snr", "si_sdr", "stoi", "wss"),
    "sparring_audio.noise": ("TEST_NOISES", "TRAINING_NOISES", "Noise", "babble"),
    "sparring_audio.picture": ("draw_spectrograms",),
    "sparring_audio.pieces": ("Pieces", "in_pieces"),
    "sparring_audio.pitch_distance": ("log_f0_rmse", "vuv_error"),
    "sparring_audio.problems": ("first_few", "refuse"),
    "sparring_audio.reading": ("AUDIO_SUFFIXES", "AudioInfo", "audio_files", "blocks", "info", "read"),
    "sparring_audio.recording": ("heard", "heard_lately"),
    "sparring_audio.resampling": ("StreamingResampler", "resample"),
    "sparring_audio.splitting": ("HeldOut", "held_out"),
    "sparring_audio.trajectory": ("STILL", "global_variance", "gv_distance", "modulation_spectrum", "ms_distance"),
    "sparring_audio.world": ("WorldAnalysis", "WorldSettings", "analyse_world", "fft_size_of", "synthesise_world"),
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
