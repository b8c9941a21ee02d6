"""The picture of a run's log: everything that it says, whatever it says."""

from __future__ import annotations

import json
import math
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from sparring import DataError

pytest.importorskip("matplotlib")

from sparring_vision.loss_plot import draw_losses, panels_of, read_series, smooth


def log(path: Path, lines: Sequence[Mapping[str, float | None]]) -> Path:
    path.write_text("".join(json.dumps({"step": 10 * (at + 1), "samples": 640 * (at + 1), **line}) + "\n" for at, line in enumerate(lines)))
    return path


def entry(**changed: float | None) -> dict[str, float | None]:
    line: dict[str, float | None] = {
        "discriminator/adversarial": 1.2, "discriminator/gradient-penalty": 0.3, "discriminator/accuracy": 0.8,
        "discriminator/gradient-norm": 2.0, "discriminator/lr": 2e-4,
        "generator/adversarial": 0.9, "generator/gradient-norm": 0.1, "generator/lr": 2e-4,
    }  # fmt: skip
    return line | {name.replace("__", "/").replace("_", "-"): value for name, value in changed.items()}


def png_size(path: Path) -> tuple[int, int]:
    header = path.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", header[16:24])


def test_players_accuracy_norms_and_each_validation_score_have_a_panel(tmp_path: Path) -> None:
    path = log(tmp_path / "metrics.jsonl", [entry(), entry(validation__fid=30.0, validation__recall=0.5)])

    panels = panels_of(read_series(path))

    assert {panel.title: list(panel.curves.values()) for panel in panels} == {
        "discriminator": ["adversarial", "gradient-penalty"],
        "generator": ["adversarial"],
        "accuracy": ["discriminator"],
        "gradient norm": ["discriminator", "generator"],
        "validation: fid": [""],
        "validation: recall": [""],
    }


def test_the_picture_has_two_columns_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = log(tmp_path / "metrics.jsonl", [entry(validation__fid=30.0 / (at + 1)) for at in range(100)])

    picture = draw_losses(path, tmp_path / "pictures" / "losses.png")

    assert png_size(picture) == (1120, 780)
    assert [found.name for found in picture.parent.iterdir()] == ["losses.png"]


@pytest.mark.parametrize("values", [[None] * 3, [None, 1.0, None], [1e30, -1e30, 0.0], [0.0] * 100, [1.0] * 99 + [1e6], [None] * 100])
def test_odd_values_are_drawn(tmp_path: Path, values: list[float | None]) -> None:
    path = log(tmp_path / "metrics.jsonl", [entry(generator__adversarial=value, generator__gradient_norm=value) for value in values])

    assert png_size(draw_losses(path, tmp_path / "losses.png")) == (1120, 530)


def test_null_is_no_number_and_lines_that_were_cut_off_are_left_out(tmp_path: Path) -> None:
    path = log(tmp_path / "metrics.jsonl", [{"generator/l1": 3.0}, {"generator/l1": None}, {"generator/l1": math.inf}])
    path.write_text(path.read_text() + '[1]\n{"step": 40, "generator/l')

    steps, values = read_series(path)["generator/l1"]

    np.testing.assert_array_equal(steps, [10, 20, 30])
    np.testing.assert_array_equal(values, [3, math.nan, math.nan])


def test_a_smooth_curve_is_the_median_of_what_is_finite_and_keeps_gaps() -> None:
    np.testing.assert_array_equal(smooth(np.asarray([1.0, 900, 3, math.nan, 5, 5, 5]), 3), [450.5, 3, 451.5, math.nan, 5, 5, 5])


def test_a_log_that_is_missing_or_empty_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(DataError) as missing:
        draw_losses(tmp_path / "none.jsonl", tmp_path / "losses.png")
    with pytest.raises(DataError) as empty:
        draw_losses(log(tmp_path / "metrics.jsonl", []), tmp_path / "losses.png")

    assert str(missing.value) == (
        f"{tmp_path / 'none.jsonl'}: cannot be read: No such file or directory. A run's folder has its metrics.jsonl after a few steps."
    )
    assert str(empty.value) == f"{tmp_path / 'metrics.jsonl'}: there is nothing to draw yet: train for a few more steps"


def test_a_picture_that_cannot_be_written_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "losses.png").mkdir()

    with pytest.raises(DataError, match=r"losses.png: the picture cannot be written: Is a directory.$"):
        draw_losses(log(tmp_path / "metrics.jsonl", [entry()]), tmp_path / "losses.png")

    assert [found.name for found in tmp_path.iterdir() if found.name.startswith(".")] == []


def test_drawing_loads_neither_pyplot_nor_torch() -> None:
    code = "import sys, sparring_vision.loss_plot; assert not {'matplotlib.pyplot', 'torch'} & set(sys.modules)"

    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})
