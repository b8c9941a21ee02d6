"""What sparring_vision declares, and what it does while a run is played."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from pkgutil import resolve_name
from types import SimpleNamespace

from sparring import Baseline, SetMetric
from sparring_vision import plugin

METRICS = {
    "fid", "kid", "inception-score", "precision", "recall", "density", "coverage",
    "classes-covered", "class-divergence", "class-accuracy", "nearest-neighbour",
}  # fmt: skip


def test_every_component_is_there_and_is_what_it_says() -> None:
    components = list(plugin.sparring_components())

    assert {one.name for one in components if one.kind == "metric"} == METRICS
    assert {one.name for one in components if one.kind == "baseline"} == {"training-images", "noise-images"}
    for one in components:
        built = resolve_name(one.target)()
        assert isinstance(built, SetMetric if one.kind == "metric" else Baseline)


def test_listing_costs_no_torch() -> None:
    asked = "import sys; from sparring_vision import plugin; list(plugin.sparring_components()); sys.exit('torch' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", asked], env={"PYTHONPATH": ":".join(sys.path)})

    assert done.returncode == 0


def test_losses_are_drawn_with_every_preview_and_at_the_end(tmp_path: Path) -> None:
    metrics, picture = tmp_path / "metrics.jsonl", tmp_path / "losses.png"
    lines = [{"step": step, "generator/adversarial": 1 / step, "discriminator/adversarial": 1.0} for step in range(1, 9)]
    metrics.write_text("".join(json.dumps(line) + "\n" for line in lines))
    run = SimpleNamespace(
        recipe=SimpleNamespace(run=SimpleNamespace(preview_every=4)), folder=SimpleNamespace(metrics=metrics, path=tmp_path)
    )
    between, preview = (SimpleNamespace(every=lambda interval, number=number: number % interval == 0, last=False) for number in (3, 4))

    plugin.sparring_step_played(run, between)
    assert not picture.exists()
    plugin.sparring_step_played(run, preview)
    assert picture.exists()
    picture.unlink()
    plugin.sparring_run_ended(run)
    assert picture.exists()


def test_a_run_that_logged_nothing_has_no_picture(tmp_path: Path) -> None:
    plugin.sparring_run_ended(SimpleNamespace(folder=SimpleNamespace(metrics=tmp_path / "metrics.jsonl", path=tmp_path)))

    assert not (tmp_path / "losses.png").exists()
