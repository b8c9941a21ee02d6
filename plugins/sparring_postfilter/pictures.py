"""Pictures of how lively features move: their global variance and their modulation spectrum, one curve a kind of speech."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sparring import DataError, whole_file
from sparring_audio import STILL, global_variance, modulation_spectrum

WIDTH_PIXELS, HEIGHT_PIXELS = 900, 500
DOTS_PER_INCH = 100
SEGMENT_FRAMES = 64

Utterances = Sequence[Float[np.ndarray, "_ dims"]]  # of several lengths
Speech = Mapping[str, Utterances]


def draw_global_variance(path: str | Path, speech: Speech) -> Path:
    """A PNG with log10 of the global variance of every feature, mean over utterances, a curve for each name; returns its path.

    Each of `speech` has utterances (frames, dims). An over-smoothed curve lies below the natural one. Raises `DataError` without any.

    Source: the figures of Toda, Black, Tokuda 2007, III.
    """
    curves = {name: mean_log_variance(utterances) for name, utterances in _given(speech, path).items()}

    def draw(axis: Axes) -> None:
        for name, curve in curves.items():
            axis.plot(np.arange(1, len(curve) + 1), curve, label=name)
        axis.set_xlabel("feature")
        axis.set_ylabel("log10 of global variance")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))

    return _picture(path, draw)


def draw_modulation_spectra(path: str | Path, speech: Speech, *, frame_seconds: float) -> Path:
    """A PNG with the modulation spectrum in dB, mean over features and utterances, by modulation frequency; returns its path.

    Each of `speech` has utterances (frames, dims), a frame every `frame_seconds`; those of under 64 frames have no curve and are left
    out. Raises `DataError` without any.

    Source: the figures of Takamichi, Toda, Neubig, Sakti, Nakamura 2014.
    """
    curves = {name: mean_modulation_db(utterances) for name, utterances in _given(speech, path).items()}

    def draw(axis: Axes) -> None:
        for name, curve in curves.items():
            # the lowest bin is that of the mean, which segments are without
            axis.plot(np.arange(1, len(curve)) / (SEGMENT_FRAMES * frame_seconds), curve[1:], label=name)
        axis.set_xlabel("modulation frequency in Hz")
        axis.set_ylabel("modulation spectrum in dB, mean over features")

    return _picture(path, draw)


def mean_log_variance(utterances: Utterances) -> Float[np.ndarray, " dims"]:
    """log10 of each feature's variance over an utterance, mean over utterances."""
    return np.mean([np.log10(np.maximum(global_variance(one), STILL)) for one in utterances], axis=0)


def mean_modulation_db(utterances: Utterances) -> Float[np.ndarray, " modulations"]:
    """10 log10 of the modulation spectrum (33 bins of 64 frames), mean over features and utterances of 64 frames or more; NaN without."""
    spectra = [modulation_spectrum(one) for one in utterances if len(one) >= SEGMENT_FRAMES]
    if not spectra:
        return np.full(SEGMENT_FRAMES // 2 + 1, np.nan)
    return np.mean([10 * np.log10(np.maximum(one, STILL)).mean(axis=1) for one in spectra], axis=0)


def _given(speech: Speech, path: str | Path) -> Speech:
    if not speech or not all(speech.values()):
        raise DataError(f"there is no speech to draw in {str(path)!r}: give every curve an utterance or more")
    return speech


def _picture(path: str | Path, draw: Callable[[Axes], None]) -> Path:
    figure = Figure(figsize=(WIDTH_PIXELS / DOTS_PER_INCH, HEIGHT_PIXELS / DOTS_PER_INCH), dpi=DOTS_PER_INCH, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axis = figure.subplots()
    draw(axis)
    axis.grid(alpha=0.3)
    axis.legend()
    path = Path(path)
    with whole_file(path, what="picture") as draft:
        canvas.print_figure(draft, format="png", dpi=DOTS_PER_INCH)
    return path
