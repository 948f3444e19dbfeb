"""Places on the globe: points, boxes, and the box around a circle."""

from __future__ import annotations

import math
from dataclasses import dataclass

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the earth in metres, used for boxes around circles only; PostGIS measures distances."""


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


@dataclass(frozen=True, slots=True)
class Box:
    """The area between two meridians and two parallels, in degrees. It may reach past 180 degrees."""

    west: float
    south: float
    east: float
    north: float

    def contains(self, point: Point) -> bool:
        """Whether a point lies in the box or on its edge."""
        return self.west <= point.long <= self.east and self.south <= point.lat <= self.north


def box_around(centre: Point, metres: float) -> Box:
    """A box that is sure to contain the circle; slightly larger than needed, because the earth is a spheroid."""
    height = math.degrees(metres / EARTH_RADIUS) * 1.01
    south, north = max(centre.lat - height, -90.0), min(centre.lat + height, 90.0)
    narrowest = math.cos(math.radians(min(abs(centre.lat) + height, 90)))
    if narrowest * 180 <= height:
        return Box(-180.0, south, 180.0, north)
    width = height / narrowest
    return Box(centre.long - width, south, centre.long + width, north)
