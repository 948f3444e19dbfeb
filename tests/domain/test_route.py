"""The way of a crew: every place once, near ones after each other, nothing crossed."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from open311.domain.place import Point
from open311.domain.route import walking_order


def line(*lats: float) -> list[Point]:
    return [Point(-75.16, lat) for lat in lats]


def length(places: list[Point], order: list[int]) -> float:
    return sum(abs(places[a].lat - places[b].lat) + abs(places[a].long - places[b].long) for a, b in pairwise(order))


@pytest.mark.parametrize(
    ("places", "start", "order"),
    [
        ([], None, []),
        (line(39.9), None, [0]),
        (line(39.90, 39.93, 39.91, 39.92), None, [0, 2, 3, 1]),
        (line(39.90, 39.93, 39.91, 39.92), Point(-75.16, 39.99), [1, 3, 2, 0]),
        (line(39.9, 39.9, 39.9), None, [0, 1, 2]),
    ],
)
def test_it_goes_from_one_place_to_the_next(places: list[Point], start: Point | None, order: list[int]) -> None:
    assert walking_order(places, start) == order


def test_a_way_that_crosses_itself_is_untangled() -> None:
    # Going to the nearest each time would walk past the place on the left and come back for it.
    places = line(39.900, 39.901, 39.899, 39.903, 39.896)
    greedy = [0, 1, 2, 3, 4]
    assert length(places, walking_order(places)) < length(places, greedy)


@pytest.mark.parametrize("seed", range(5))
def test_every_place_is_visited_once_and_the_way_is_much_shorter(seed: int) -> None:
    random = Random(seed)
    places = [Point(-75.2 + random.random() / 10, 39.9 + random.random() / 10) for _ in range(60)]
    order = walking_order(places)
    assert sorted(order) == list(range(60))
    assert order[0] == 0
    assert length(places, order) < length(places, list(range(60))) / 3
