"""Pictures of how lively features move."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from paired_files import movement

from sparring import DataError
from sparring_postfilter.pictures import draw_global_variance, draw_modulation_spectra, mean_log_variance, mean_modulation_db

UTTERANCES = [movement(frames=frames, dims=5, seed=frames)[:, 1:] for frames in (40, 100, 160)]
HALVED = [one / 2 for one in UTTERANCES]


def png_size(path: Path) -> tuple[int, int]:
    header = path.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", header[16:24])


def test_both_pictures_are_drawn_of_utterances_of_any_length(tmp_path: Path) -> None:
    speech = {"natural": UTTERANCES, "filtered": HALVED, "one frame": [UTTERANCES[0][:1]]}

    drawn = draw_global_variance(tmp_path / "gv.png", speech), draw_modulation_spectra(tmp_path / "ms.png", speech, frame_seconds=0.005)

    assert [path.name for path in drawn] == ["gv.png", "ms.png"]
    assert {png_size(path) for path in drawn} == {(900, 500)}


def test_half_the_movement_lies_lower_by_what_it_lacks() -> None:
    assert mean_log_variance(UTTERANCES) - mean_log_variance(HALVED) == pytest.approx(np.full(4, np.log10(4)))
    lower = mean_modulation_db(UTTERANCES) - mean_modulation_db(HALVED)
    assert lower[1:] == pytest.approx(np.full(32, 20 * np.log10(2)))


def test_an_utterance_too_short_for_a_modulation_spectrum_has_none() -> None:
    assert np.isnan(mean_modulation_db(UTTERANCES[:1])).all()
    assert mean_modulation_db(UTTERANCES[:2]) == pytest.approx(mean_modulation_db(UTTERANCES[1:2]))


@pytest.mark.parametrize("speech", [{}, {"natural": []}])
def test_no_speech_is_no_picture(speech: dict[str, list[np.ndarray]], tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no speech to draw in .*give every curve an utterance or more"):
        draw_global_variance(tmp_path / "gv.png", speech)
