"""Places: a point on the globe, and how exactly the public may see it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from open311.domain.definition import Precision

EARTH_RADIUS = 6_371_008.8
"""Mean radius in metres, for boxes around circles only; distances are PostGIS's, on the spheroid."""

BLOCK_DEGREES = 0.002
"""Side of the grid to which a point is moved for ``Precision.BLOCK``: about 220 by 170 metres in Philadelphia."""


@dataclass(frozen=True, slots=True)
class Point:
    """Longitude and latitude in degrees (EPSG:4326).

    :raises ValueError: when they are not on the globe.
    """

    long: float
    lat: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lat) and -90 <= self.lat <= 90):
            raise ValueError(f"lat must be between -90 and 90, not {self.lat}")
        if not (math.isfinite(self.long) and -180 <= self.long <= 180):
            raise ValueError(f"long must be between -180 and 180, not {self.long}")


def searchable(text: str) -> str:
    """Text for an index of words, or a question to one: both numbers of the houses ``2001-2005`` are words.

    PostgreSQL's parser makes ``2001`` and ``-2005`` of them.
    """
    return _RANGE.sub(" ", text)


_RANGE = re.compile(r"(?<=\d)-(?=\d)")


def box_around(centre: Point, metres: float) -> tuple[float, float, float, float]:
    """West, south, east, north of a box that surely holds the circle (a little larger, for the spheroid)."""
    height = math.degrees(metres / EARTH_RADIUS) * 1.01
    narrowest = math.cos(math.radians(min(abs(centre.lat) + height, 90)))
    if narrowest * 180 <= height:
        return (-180.0, max(centre.lat - height, -90), 180.0, min(centre.lat + height, 90))
    width = height / narrowest
    return (centre.long - width, max(centre.lat - height, -90), centre.long + width, min(centre.lat + height, 90))


def public_point(point: Point | None, precision: Precision) -> Point | None:
    """The point that everybody may see: itself, the middle of its block of a fixed grid, or none.

    For ``Precision.BOUNDARY`` the caller puts a point of the boundary in its place.
    """
    if point is None or precision is Precision.BOUNDARY:
        return None
    if precision is Precision.EXACT:
        return point
    return Point(long=_middle(point.long, 180), lat=_middle(point.lat, 90))


def _middle(degrees: float, limit: int) -> float:
    return min(limit, round((math.floor(degrees / BLOCK_DEGREES) + 0.5) * BLOCK_DEGREES, 6))


_HOUSE_NUMBER = re.compile(r"^\s*(\d{1,6})(?:\s*-\s*\d+|[A-Za-z]|\s+\d/\d)?(?=\s)")
_UNIT = re.compile(r"\s*(?:,|#|\b(?:apt|apartment|unit|ste|suite|fl|floor|rm|room|bldg|rear)\b).*", re.IGNORECASE)
_NUMBER = re.compile(r"\b\d+[A-Za-z]?\b")


def public_address(address: str | None, precision: Precision) -> str | None:
    """The address that everybody may see: ``1415 E PASSYUNK AVE`` becomes ``1400 block of E PASSYUNK AVE``.

    What follows the street (flat, city) is cut off. An address without a house number in front may hold one
    elsewhere, and one with a second number may be anything, so both are left out altogether.
    """
    if not address or precision is Precision.EXACT:
        return address
    found = _HOUSE_NUMBER.match(address)
    if precision is Precision.BOUNDARY or not found:
        return None
    street = _UNIT.sub("", address[found.end() :], count=1).strip()
    if not street or _NUMBER.search(street):
        return None
    return f"{int(found[1]) // 100 * 100} block of {street}"
