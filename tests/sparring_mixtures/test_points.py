"""The application leaves points as numbers and as a picture, and always the same ones."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from sparring import Trained
from sparring.testing import check_plugin
from sparring_mixtures import plugin
from sparring_mixtures.baseline import RealPoints
from sparring_mixtures.gaussian_mixture import GaussianMixture
from sparring_mixtures.networks import PointsGenerator
from sparring_mixtures.points import DrawPoints

RING = GaussianMixture(held_out=20)
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def application() -> DrawPoints:
    networks = {"generator": PointsGenerator(width=8, depth=1).eval()}
    return DrawPoints(Trained(networks, task={}, data={}, device=torch.device("cpu"), open_data=lambda: RING, label="toy"))


def test_the_plugin_keeps_its_contract() -> None:
    check_plugin(plugin)


def test_points_are_left_as_a_table_and_as_a_picture(application: DrawPoints, tmp_path: Path) -> None:
    report = application.apply([], tmp_path / "drawn", count=30)

    lines = (tmp_path / "drawn" / "points.csv").read_text().splitlines()
    assert report.written == [tmp_path / "drawn" / "points.csv", tmp_path / "drawn" / "points.png"]
    assert lines[0] == "x,y"
    assert len(lines) == 31
    assert (tmp_path / "drawn" / "points.png").read_bytes().startswith(PNG)


def test_the_seed_chooses_the_points_and_more_of_them_begin_alike(application: DrawPoints, tmp_path: Path) -> None:
    for name, options in {"few": {}, "more": {"count": 20}, "other": {"seed": 1}}.items():
        application.apply([], tmp_path / name, **{"count": 10, **options})

    few, more, other = ((tmp_path / name / "points.csv").read_text() for name in ("few", "more", "other"))
    assert more.startswith(few)
    assert other != few


def test_an_answer_depends_on_the_example_and_its_draw_and_not_on_the_company(application: DrawPoints) -> None:
    first, second = RING.examples("test")[:2]
    again = type(first)(first.name, point=first.point, draw=1)

    alone, together, redrawn = application.answer(first), application.answers([second, first])[1], application.answer(again)

    torch.testing.assert_close(alone, together)
    assert not torch.allclose(alone, redrawn)


def test_the_preview_is_a_picture(application: DrawPoints, tmp_path: Path) -> None:
    (path,) = application.preview(RING.examples("test")[:1], tmp_path / "samples")

    assert path.read_bytes().startswith(PNG)


def test_the_real_points_answer_with_the_examples_own() -> None:
    example = RING.examples("test")[3]

    assert torch.equal(RealPoints().answer(example), example.point)
