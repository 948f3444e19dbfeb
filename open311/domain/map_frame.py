"""Places and areas that people point out: the square of a map, and the corners of an area as text."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from open311.domain.place import Box, Point

SIDE = 288
"""Width and height of a map in pixels: as much as the narrowest phones show without scaling the picture."""
CLOSEST = 8
"""How many times a map can be halved: enough to get from a city to a street corner."""
MAX_CORNERS = 200
"""The most corners that an area may have."""
MAX_AREA_CHARACTERS = 20_000
"""The most characters of an area that is written down."""

_CORNER = re.compile(r"(-?\d{1,3}(?:\.\d+)?)(?:\s*[,;]\s*|\s+)(-?\d{1,3}(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the earth that a square map shows: its middle, and its height in degrees of latitude."""

    centre: Point
    height: float

    @classmethod
    def around(cls, bounds: Box, zoom: int = 0, centre: Point | None = None) -> Frame:
        """The frame of a whole city, or after ``zoom`` halvings the frame around a point of it."""
        middle = Point((bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2)
        height = max(bounds.north - bounds.south, (bounds.east - bounds.west) * _narrowing(middle))
        return cls(centre or middle, height / 2 ** min(max(zoom, 0), CLOSEST))

    @property
    def box(self) -> Box:
        """The box that the map shows."""
        up, across = self.height / 2, self.width / 2
        return Box(self.centre.long - across, self.centre.lat - up, self.centre.long + across, self.centre.lat + up)

    @property
    def width(self) -> float:
        """Width in degrees of longitude."""
        return self.height / _narrowing(self.centre)

    def point(self, x: float, y: float) -> Point:
        """The place at a pixel, counted from the upper left; rounded to about a metre, finer than any pixel.

        A map may reach past 180 degrees, where the other side's places are, and past the poles, where there are none.
        """
        box = self.box
        long, lat = box.west + x / SIDE * self.width, box.north - y / SIDE * self.height
        return Point(round((long + 180) % 360 - 180, 5), round(min(max(lat, -90.0), 90.0), 5))

    def pixel(self, point: Point) -> tuple[float, float]:
        """The pixel at which a place is shown, counted from the upper left."""
        box = self.box
        return (point.long - box.west) / self.width * SIDE, (box.north - point.lat) / self.height * SIDE

    def moved(self, across: float, up: float) -> Frame:
        """A frame of the same size, moved by multiples of its own width and height."""
        long, lat = self.centre.long + across * self.width, self.centre.lat + up * self.height
        return replace(self, centre=Point(min(max(long, -180), 180), min(max(lat, -85), 85)))


def _narrowing(point: Point) -> float:
    """The length of a degree of longitude as a share of a degree of latitude."""
    return math.cos(math.radians(min(abs(point.lat), 85)))


def read_corners(text: str) -> list[Point]:
    """Read corners as people write them: latitude and longitude, one corner a line.

    :raises ValueError: when a line is not a corner, or there are too many.
    """
    if len(text) > MAX_AREA_CHARACTERS:
        raise ValueError(f"at most {MAX_AREA_CHARACTERS} characters")
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_CORNERS:
        raise ValueError(f"at most {MAX_CORNERS} corners")
    found = [_CORNER.fullmatch(line.strip()) for line in lines]
    if not all(found):
        raise ValueError("a corner is latitude and longitude")
    return [Point(long=float(each[2]), lat=float(each[1])) for each in found if each]


def write_corners(corners: list[Point]) -> str:
    """Write corners as ``read_corners`` reads them."""
    return "\n".join(f"{corner.lat}, {corner.long}" for corner in corners)
