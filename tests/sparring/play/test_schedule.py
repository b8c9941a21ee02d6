from __future__ import annotations

import pytest

from sparring.play.schedule import constant, cosine, exponential, linear


@pytest.mark.parametrize(("step", "value"), [(0, 1.0), (5, 0.75), (10, 0.5), (99, 0.5)])
def test_linear_goes_from_start_to_end_and_stays(step: int, value: float) -> None:
    assert linear(step, start=1.0, end=0.5, over=10) == pytest.approx(value)


@pytest.mark.parametrize(("step", "value"), [(0, 1.0), (5, 0.5), (10, 0.0), (99, 0.0)])
def test_cosine_is_half_way_in_the_middle(step: int, value: float) -> None:
    assert cosine(step, start=1.0, over=10) == pytest.approx(value)


@pytest.mark.parametrize(("step", "value"), [(0, 8.0), (9, 8.0), (10, 4.0), (25, 2.0)])
def test_exponential_falls_at_whole_intervals(step: int, value: float) -> None:
    assert exponential(step, start=8.0, rate=0.5, every=10) == pytest.approx(value)


def test_a_warmup_rises_from_the_first_step_and_is_over_at_its_end() -> None:
    assert [linear(step, start=1.0, end=1.0, over=1, warmup=4) for step in range(5)] == [0.25, 0.5, 0.75, 1.0, 1.0]


def test_constant_is_constant() -> None:
    assert constant(7, value=3.0) == 3.0
