"""Check the bounds of a city: that they are degrees in the right order, and near where its time zone is."""

from __future__ import annotations

import re
from functools import cache
from math import inf
from pathlib import Path
from typing import Any
from zoneinfo import TZPATH

from shapely import Point, box

TOO_FAR = 50
"""Degrees from the main place of its time zone at which no city lies; the widest zones have less than that."""
NEAR = 15
"""Degrees at which a city is taken to be in its zone, whatever the other order of its numbers would say."""

_LINE = re.compile(r"[A-Z]{2}\t([+-])(\d{2})(\d{2})\d{0,2}([+-])(\d{3})(\d{2})\d{0,2}\t(\S+)")
"""A line of ``zone.tab``: country, place (ISO 6709), name."""


def bounds_fault(bounds: Any, timezone: str) -> str | None:
    """Say what is wrong with the ``bounds`` of ``config/city.yaml``; None if they can be right.

    Latitude before longitude gives a box on the other side of the world, which the time zone tells.
    """
    match bounds:
        case [int() | float() as west, int() | float() as south, int() | float() as east, int() | float() as north]:
            pass
        case _:
            return None
    given, turned = (west, south, east, north), (south, west, north, east)
    far, turned_far = (_distance(each, timezone) for each in (given, turned))
    if turned_far <= TOO_FAR and far > max(NEAR, 1.5 * turned_far):
        return f"longitude and latitude are swapped: write {list(turned)} (west, south, east, north)"
    if not _is_box(*given):
        return "must be west, south, east, north in degrees"
    if far > TOO_FAR:
        return f"lie far from {timezone}; write west, south, east, north in degrees, with a minus in the west and south"
    return None


def _is_box(west: float, south: float, east: float, north: float) -> bool:
    return -180 <= west < east <= 360 and -90 <= south < north <= 90


def _distance(bounds: tuple[float, float, float, float], timezone: str) -> float:
    """Degrees between a box and its time zone: none where the zone has no place, no end where it is no box."""
    if not _is_box(*bounds):
        return inf
    if (place := _places().get(timezone)) is None:
        return 0
    return min(float(box(*bounds).distance(Point(place[0] + turn, place[1]))) for turn in (-360, 0, 360))


@cache
def _places() -> dict[str, tuple[float, float]]:
    """Longitude and latitude of the main place of each time zone, where the system has the list."""
    found = next((file for file in (Path(each, "zone.tab") for each in TZPATH) if file.is_file()), None)
    lines = found.read_text().splitlines() if found else []
    return {name: place for each in map(_LINE.match, lines) if each for name, place in [_place(each)]}


def _place(line: re.Match[str]) -> tuple[str, tuple[float, float]]:
    lat = (int(line[2]) + int(line[3]) / 60) * (-1 if line[1] == "-" else 1)
    long = (int(line[5]) + int(line[6]) / 60) * (-1 if line[4] == "-" else 1)
    return line[7], (long, lat)
