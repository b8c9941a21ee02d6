"""Pictures of waves: spectrograms under each other, to compare by eye."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import Tensor
from torch.nn import functional

from sparring import DataError, whole_file

WINDOW_SECONDS = 0.032
OVERLAP = 8
DOTS_PER_INCH = 100


def draw_spectrograms(
    path: str | Path,
    waves: Mapping[str, Float[Tensor, " _"]],
    sample_rate_hz: int,
    *,
    floor_db: float = -80,
    width_pixels: int = 1200,
    panel_pixels: int = 260,
) -> Path:
    """A PNG with one log-magnitude spectrogram per wave, stacked in the order given and titled with the names; returns its path.

    0 dB is a sine of full scale (amplitude 1). All panels have one colour scale, from `floor_db` to the loudest bin of all waves rounded
    up to 10 dB, and one time axis, as long as the longest wave. Hann windows of 32 ms, 4 ms apart. The picture is `width_pixels` wide
    and `panel_pixels` times (panels + 1/4) high.

    Samples that are not finite leave a grey gap. Raises `DataError` if there is no wave.
    """
    if not waves:
        raise DataError(f"there is no wave to draw in {str(path)!r}: give at least one")
    panels = {name: _decibels(wave, sample_rate_hz) for name, wave in waves.items()}
    loudest = max(float(panel[np.isfinite(panel)].max(initial=floor_db)) for panel in panels.values())
    top_db = max(10 * np.ceil(round(loudest) / 10), floor_db + 10)
    longest = max(len(wave) for wave in waves.values()) / sample_rate_hz
    hop_seconds = WINDOW_SECONDS / OVERLAP

    size = width_pixels / DOTS_PER_INCH, round(panel_pixels * (len(panels) + 0.25)) / DOTS_PER_INCH
    figure = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots(len(panels), sharex=True, sharey=True, squeeze=False)[:, 0]
    for axis, (name, panel) in zip(axes, panels.items(), strict=True):
        image = axis.imshow(
            panel,
            origin="lower",
            aspect="auto",
            cmap="magma",
            vmin=floor_db,
            vmax=top_db,
            interpolation="antialiased",
            # frame i is centred on i hops, bin k on k steps
            extent=(-hop_seconds / 2, (panel.shape[1] - 0.5) * hop_seconds, 0, sample_rate_hz / 2000),
        )
        axis.set_facecolor("0.85")
        axis.set_title(name, loc="left", fontsize=11, parse_math=False)
        axis.set_ylabel("kHz")
        axis.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        axis.set_xlim(0, max(longest, hop_seconds))
        axis.label_outer()
    axes[-1].set_xlabel("seconds")
    figure.colorbar(image, ax=list(axes), label="dB re full-scale sine", pad=0.01, aspect=15 * len(panels), extend="min")
    path = Path(path)
    with whole_file(path, what="picture") as draft:
        canvas.print_figure(draft, format="png", dpi=DOTS_PER_INCH)
    return path


def _decibels(wave: Tensor, sample_rate_hz: int) -> np.ndarray:
    """Levels (bin, frame) in dB re a full-scale sine; what is silent is far below any floor."""
    length = OVERLAP * round(WINDOW_SECONDS * sample_rate_hz / OVERLAP)
    window = torch.hann_window(length)
    padded = functional.pad(wave.detach().to("cpu", torch.float32), (length // 2, length // 2))
    spectrum = torch.stft(padded, length, length // OVERLAP, window=window, center=False, return_complex=True)
    return (20 * torch.log10(spectrum.abs() * 2 / window.sum() + 1e-10)).numpy()
