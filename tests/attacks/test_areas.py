"""An area that somebody draws costs little, whatever its shape; ordinary ones are still followed."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from open311.actions.base.environment import Environment
from open311.actions.telling.follow import follow_area
from open311.domain.errors import InvalidArgument
from open311.domain.map_frame import MAX_AREA_CHARACTERS, MAX_CORNERS, read_corners
from open311.queries.telling.targets import MAX_CROSSING_CORNERS

ANN = "ann@mail.example"


def star(corners: int) -> list[list[float]]:
    """A closed line of so many corners whose sides all cross each other."""
    turn = corners // 2
    angles = [2 * math.pi * (turn * each % corners) / corners for each in range(corners + 1)]
    return [[-75.1 + 0.01 * math.cos(angle), 39.9 + 0.01 * math.sin(angle)] for angle in angles]


def ring(corners: int) -> list[list[float]]:
    """A closed line of so many corners around a place."""
    angles = [2 * math.pi * (each % corners) / corners for each in range(corners + 1)]
    return [[round(-75.1 + 0.01 * math.cos(angle), 5), round(39.9 + 0.01 * math.sin(angle), 5)] for angle in angles]


def polygon(*rings: list[list[float]]) -> str:
    return json.dumps({"type": "Polygon", "coordinates": rings})


FIGURE_EIGHT = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize(
    ("area", "followed"),
    [
        (polygon(ring(4)), True),
        (polygon(ring(MAX_CORNERS)), True),
        (polygon(FIGURE_EIGHT), True),
        (polygon(star(MAX_CROSSING_CORNERS - 1)), True),
        (polygon(ring(MAX_CORNERS + 1)), False),
        (polygon(star(MAX_CROSSING_CORNERS + 1)), False),
        (polygon(star(199)), False),
        (polygon(star(251)), False),
        (polygon(ring(10), *[star(21)] * 9), False),
        (json.dumps({"type": "MultiPolygon", "coordinates": [[star(21)]] * 9}), False),
        (polygon([[0, 0], [1000, 0], [1000, 1000], [0, 0]]), False),
        (polygon([[0, 0], [0, 91], [1, 91], [0, 0]]), False),
        ('{"type":"Polygon","coordinates":[[[0,0],[1e309,0],[1,1],[0,0]]]}', False),
        ('{"type":"Polygon","coordinates":' + "[" * 9000 + "]" * 9000 + "}", False),
        ('{"type":"GeometryCollection","geometries":[' * 300 + "]}" * 300, False),
        ('{"type":"Polygon","coordinates":[]}', False),
        ("{" * MAX_AREA_CHARACTERS, False),
        (polygon(ring(4)) + " " * MAX_AREA_CHARACTERS, False),
    ],
)  # fmt: skip
def test_an_area_is_followed_or_refused_in_little_time(
    city: Connection, environment: Environment, area: str, followed: bool
) -> None:
    began = time.monotonic()
    try:
        follow_area(environment, "phila.gov", area, ANN)
        found = True
    except InvalidArgument:
        found = False
    assert time.monotonic() - began < 1.5
    assert found is followed
    assert (
        city.execute(text("SELECT count(*) FROM subscription WHERE address = :a"), {"a": ANN}).scalar_one() == followed
    )


@pytest.mark.parametrize(
    "corners", ["1" + " " * 8000, "1.5" * 2600, " " * 8000 + "1", "1 ," * 2600, "-1" * 4000, "1\n" * 4000, ",;" * 4000]
)
def test_the_corners_of_an_area_are_read_in_little_time(corners: str) -> None:
    began = time.process_time()
    with pytest.raises(ValueError, match="corner"):
        read_corners(corners)
    assert time.process_time() - began < 0.01


@pytest.mark.parametrize(
    "text", ["39.9, -75.1", " 39.9,-75.1 ", "39.9 -75.1", "39.9   -75.1", "39.9;-75.1", "39.9 ; -75.1", "39.9\t-75.1"]
)
def test_a_corner_is_read_as_people_write_it(text: str) -> None:
    (found,) = read_corners(text)
    assert (found.lat, found.long) == (39.9, -75.1)


def test_a_picture_of_an_area_is_bounded_too(client: FlaskClient) -> None:
    began = time.monotonic()
    written = "%0A".join(["39.9,-75.1"] * 5000)
    answer: Any = client.get(f"/follow/map.svg?area={written}")
    assert answer.status_code == 200
    assert len(answer.data) < 200_000
    assert time.monotonic() - began < 2
