"""Historical averaging: the distance from the mean of where the parameters have been."""

from __future__ import annotations

import pytest
import torch
from judging import round_of
from torch import nn

from sparring import Round
from sparring_objectives.historical_averaging import HistoricalAveraging


class Point(nn.Module):
    """Two parameters, one of them in a module within."""

    def __init__(self) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.zeros(2))
        self.inner = nn.ParameterDict({"weight": nn.Parameter(torch.zeros(1))})

    @torch.no_grad()
    def go(self, to: float) -> None:
        self.place.fill_(to)
        self.inner["weight"].fill_(-to)


def around(point: Point) -> Round:
    return round_of(point, real=torch.zeros(1, 1), fake=torch.zeros(1, 1))


def test_the_penalty_is_the_squared_distance_from_the_mean_of_all_places() -> None:
    point, averaging = Point(), HistoricalAveraging()
    averaging.attach({"critic": point})
    for place in (3.0, 6.0):
        point.go(place)
        averaging.project({"critic": point})
    point.go(4.0)

    paid = averaging.penalty(around(point), None)

    assert paid.item() == pytest.approx(3 * (4 - 3) ** 2)  # the mean of 0, 3 and 6 is 3, in each of three numbers


def test_who_has_not_moved_pays_nothing() -> None:
    point, averaging = Point(), HistoricalAveraging()
    point.go(5.0)
    averaging.attach({"critic": point})

    assert averaging.penalty(around(point), None).item() == 0


def test_the_pull_is_towards_the_mean() -> None:
    point, averaging = Point(), HistoricalAveraging()
    averaging.attach({"critic": point})
    point.go(2.0)

    averaging.penalty(around(point), None).backward()

    assert point.place.grad is not None
    assert point.place.grad.tolist() == [4.0, 4.0]


def test_the_mean_is_saved_and_restored() -> None:
    point, averaging, other = Point(), HistoricalAveraging(), HistoricalAveraging()
    averaging.attach({"critic": point})
    other.attach({"critic": point})
    point.go(3.0)
    averaging.project({"critic": point})

    other.load_state_dict(averaging.state_dict())

    assert set(other.state_dict()) == {"seen", "critic/place", "critic/inner/weight"}
    assert other.penalty(around(point), None).item() == pytest.approx(3 * 1.5**2)


def test_it_is_about_networks_not_contests() -> None:
    assert not HistoricalAveraging.per_contest
