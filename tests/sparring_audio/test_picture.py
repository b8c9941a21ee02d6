from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from sparring import DataError

pytest.importorskip("matplotlib")

from matplotlib.image import imread

from sparring_audio.picture import _decibels, draw_spectrograms

RATE_HZ = 16_000


def sine(hz: float, seconds: float = 0.5, amplitude: float = 1.0) -> Tensor:
    return amplitude * torch.sin(2 * torch.pi * hz * torch.arange(int(seconds * RATE_HZ)) / RATE_HZ)


def png_size(path: Path) -> tuple[int, int]:
    header = path.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", header[16:24])


@pytest.mark.parametrize("panels", [1, 3])
def test_the_picture_is_a_png_of_the_stated_size(panels: int, tmp_path: Path) -> None:
    waves = {f"wave {i}": sine(500 * (i + 1)) for i in range(panels)}

    path = draw_spectrograms(tmp_path / "spectrograms.png", waves, RATE_HZ, width_pixels=800, panel_pixels=200)

    assert path == tmp_path / "spectrograms.png"
    assert png_size(path) == (800, 200 * panels + 50)


def test_a_full_scale_sine_is_at_zero_decibels_in_its_bin() -> None:
    levels = _decibels(sine(1000), RATE_HZ)

    loudest = levels[:, levels.shape[1] // 2]

    assert loudest.argmax() == 1000 * 512 // RATE_HZ
    assert loudest.max() == pytest.approx(0, abs=0.01)


def test_all_panels_share_one_colour_scale(tmp_path: Path) -> None:
    path = draw_spectrograms(tmp_path / "two.png", {"loud": sine(1000), "soft": sine(1000, amplitude=0.01)}, RATE_HZ)

    rows = np.median(imread(path)[:, 400:900, :3].sum(axis=-1), axis=1)
    upper, lower = rows[: len(rows) // 2], rows[len(rows) // 2 :]

    # brighter rows are the margins; the scale goes from black (-80 dB) to light yellow (0 dB)
    assert upper[upper < 2.8].max() > 2.4
    assert 1 < lower[lower < 2.8].max() < 1.7


def test_odd_waves_and_names_are_drawn(tmp_path: Path) -> None:
    broken = sine(300)
    broken[2000:2100] = torch.nan
    waves = {"broken": broken, r"silence $\x$": torch.zeros(4000), "empty": torch.zeros(0), "one": torch.ones(1)}

    path = draw_spectrograms(tmp_path / "odd.png", waves, RATE_HZ)

    assert png_size(path)[0] == 1200


def test_no_wave_is_an_error_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        draw_spectrograms(tmp_path / "none.png", {}, RATE_HZ)

    assert str(error.value) == f"there is no wave to draw in {str(tmp_path / 'none.png')!r}: give at least one"


def test_drawing_loads_no_pyplot_and_naming_components_no_torch() -> None:
    code = (
        "import sys; import sparring_audio.plugin as p; list(p.sparring_components()); assert 'torch' not in sys.modules;"
        "import sparring_audio.picture; assert 'matplotlib.pyplot' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})
