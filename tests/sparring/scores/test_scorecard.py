from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from sparring.scores.scorecard import Column, Line, Scorecard


@pytest.fixture
def card() -> Scorecard:
    column = Column("si-sdr", "dB", True, 1, {"definition": "scale-invariant"})
    scores = {"noisy": (0.0, 10.0, math.nan), "run": (4.0, 12.0, 8.0)}
    lines = [
        Line(system, f"file{number}", {"snr_db": snr}, {"si-sdr": value})
        for system, values in scores.items()
        for number, (value, snr) in enumerate(zip(values, (0, 10, 10), strict=True))
    ]
    return Scorecard("run at step 3", {"seed": 1}, [column], lines, ("pesq is not installed",))


def test_a_mean_is_over_what_is_defined(card: Scorecard) -> None:
    summary = card.summary("noisy", "si-sdr")

    assert (summary.mean, summary.count) == (5.0, 2)
    assert summary.margin == pytest.approx(1.96 * 50**0.5 / 2**0.5)


def test_the_table_shows_systems_and_conditions(card: Scorecard) -> None:
    assert card.table(by_condition=True).splitlines() == [
        "run at step 3",
        "3 examples; mean ± half of the 95 % confidence interval; ↑ higher is better, ↓ lower",
        "",
        "             si-sdr ↑ dB",
        "all",
        "  noisy        5.0 ± 9.8",
        "  run          8.0 ± 4.5",
        "snr_db = 0",
        "  noisy              0.0",
        "  run                4.0",
        "snr_db = 10",
        "  noisy             10.0",
        "  run         10.0 ± 3.9",
        "pesq is not installed",
    ]


def test_a_written_scorecard_keeps_protocol_and_every_score(card: Scorecard, tmp_path: Path) -> None:
    card.write(tmp_path / "card")

    stored = json.loads((tmp_path / "card" / "scorecard.json").read_text())
    assert stored["protocol"] == {"seed": 1}
    assert stored["metrics"]["si-sdr"] == {"unit": "dB", "higher_is_better": True, "definition": "scale-invariant"}
    assert stored["means"]["run"]["si-sdr"]["count"] == 3
    assert (tmp_path / "card" / "examples.csv").read_text().splitlines()[:2] == ["system,example,snr_db,si-sdr", "noisy,file0,0,0.0"]
