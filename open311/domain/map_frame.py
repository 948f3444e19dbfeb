"""Places and areas that people point at: the square of a map, and corners as they write them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from open311.domain.place import Point

SIDE = 288
"""Pixels of a map: as much as the narrowest telephones show whole, for a click counts in shown pixels."""
CLOSEST = 8
"""How often a map can be halved: from a city to a corner of a street."""
MOST_CORNERS = 200

_CORNER = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True)
class Frame:
    """A square of the earth: its middle, and its height in degrees. It is as wide in metres as it is high."""

    centre: Point
    height: float

    @classmethod
    def around(cls, bounds: tuple[float, float, float, float], zoom: int = 0, centre: Point | None = None) -> Frame:
        """A city's bounds (west, south, east, north), or what is around a point of it after so many halvings."""
        west, south, east, north = bounds
        middle = Point((west + east) / 2, (south + north) / 2)
        height = max(north - south, (east - west) * _narrowing(middle))
        return cls(centre or middle, height / 2 ** min(max(zoom, 0), CLOSEST))

    @property
    def sides(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        up, across = self.height / 2, self.width / 2
        return (self.centre.long - across, self.centre.lat - up, self.centre.long + across, self.centre.lat + up)

    @property
    def width(self) -> float:
        """In degrees."""
        return self.height / _narrowing(self.centre)

    def point(self, x: float, y: float) -> Point:
        """The place at a pixel, counted from the upper left; to a metre, which is finer than any pixel."""
        west, _, _, north = self.sides
        return Point(round(west + x / SIDE * self.width, 5), round(north - y / SIDE * self.height, 5))

    def pixel(self, point: Point) -> tuple[float, float]:
        """Where a place is."""
        west, _, _, north = self.sides
        return (point.long - west) / self.width * SIDE, (north - point.lat) / self.height * SIDE

    def moved(self, across: float, up: float) -> Frame:
        """The same size, so many of its sides further."""
        long, lat = self.centre.long + across * self.width, self.centre.lat + up * self.height
        return replace(self, centre=Point(min(max(long, -180), 180), min(max(lat, -85), 85)))


def _narrowing(point: Point) -> float:
    """How much shorter a degree of longitude is than one of latitude."""
    return math.cos(math.radians(min(abs(point.lat), 85)))


def read_corners(text: str) -> list[Point]:
    """Corners as people write them: latitude and longitude, one corner on a line.

    :raises ValueError: a line that is none, or too many.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_CORNERS:
        raise ValueError(f"at most {MOST_CORNERS} corners")
    found = [_CORNER.fullmatch(line) for line in lines]
    if not all(found):
        raise ValueError("a corner is latitude and longitude")
    return [Point(long=float(each[2]), lat=float(each[1])) for each in found if each]


def write_corners(corners: list[Point]) -> str:
    """The same as text."""
    return "\n".join(f"{corner.lat}, {corner.long}" for corner in corners)
