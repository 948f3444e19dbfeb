"""SQL for points, boxes and distances, each expression written once.

Every argument is SQL: a column, a parameter such as ``:long``, or a number. Coordinates are degrees (EPSG:4326),
distances are metres on the spheroid.
"""

from __future__ import annotations

METRES_PER_DEGREE = 110_574
"""Length of a degree of latitude in metres at the equator, where it is shortest: boxes made with it are not too small.
"""


def point(long: str = ":long", lat: str = ":lat") -> str:
    """A point."""
    return f"ST_SetSRID(ST_MakePoint({long}, {lat}), 4326)"


def box(prefix: str = "") -> str:
    """The box whose sides are the parameters ``west``, ``south``, ``east`` and ``north``, after a prefix."""
    return f"ST_MakeEnvelope(:{prefix}west, :{prefix}south, :{prefix}east, :{prefix}north, 4326)"


def box_around(centre: str, metres: str | float) -> str:
    """A box that is sure to contain the circle of so many metres around a point, for an index on places.

    ``domain.place.box_around`` is the one to use where the point is known before the statement is sent.
    """
    height = f"({metres}) / {METRES_PER_DEGREE}.0"
    return f"ST_Expand({centre}, {height} / greatest(cos(radians(ST_Y({centre}))), 0.01), {height})"


def distance(place: str, other: str) -> str:
    """Metres between two points."""
    return f"ST_Distance({place}::geography, {other}::geography)"


def is_within(place: str, centre: str, metres: str | float) -> str:
    """Whether a place is at most so many metres from a point. It cannot use an index: pair it with a box."""
    return f"ST_DWithin({place}::geography, {centre}::geography, {metres})"


def is_near(place: str, centre: str, metres: str | float) -> str:
    """Whether a place is at most so many metres from a point, found by the index on places."""
    return f"({place} && {box_around(centre, metres)} AND {is_within(place, centre, metres)})"
