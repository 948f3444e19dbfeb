"""Coordinates as tables have them: read to a point, or told what they seem to be instead."""

from __future__ import annotations

import re

from open311.domain.definition import is_decimal
from open311.domain.place import Box, Point

_LAT_LONG = re.compile(r"\(?\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*\)?")
_POINT = re.compile(r"POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"-?[0-9]{1,3},[0-9]+")
_NO_PLACE_DEGREES = 0.001
"""Nearer than this to 0, 0 (in the sea off Africa) is no place but a database's zero."""


def split_location(text: str) -> tuple[str, str]:
    """Split a column with both, ``(lat, lon)`` or ``POINT (lon lat)``; in any other form, it is returned twice."""
    if found := _POINT.fullmatch(text):
        return found[2], found[1]
    if found := _LAT_LONG.fullmatch(text):
        return found[1], found[2]
    return ("", "") if text.upper() == "POINT EMPTY" else (text, text)


def read_point(lat: str, long: str, bounds: Box | None) -> Point | None:
    """Read decimal degrees, with a point or a comma; None for 0, 0. ``bounds`` help to tell what is swapped.

    :raises ValueError: when they are not coordinates, with what they seem to be.
    """
    y, x = (_number(text) for text in (lat, long))
    if y is None or x is None:
        raise ValueError("decimal degrees like 39.9526 and -75.1652 are needed")
    if abs(y) < _NO_PLACE_DEGREES and abs(x) < _NO_PLACE_DEGREES:
        return None
    point = _on_globe(y, x)
    if (point is None or (bounds and not bounds.contains(point))) and (seems := _guess(y, x, bounds)):
        raise ValueError(seems)
    return point


def _number(text: str) -> float | None:
    if _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    return float(text) if is_decimal(text) else None


def _on_globe(lat: float, long: float) -> Point | None:
    try:
        return Point(long, lat)
    except ValueError:
        return None


def _guess(y: float, x: float, bounds: Box | None) -> str:
    """What numbers seem to be that are no place of the city; empty for a place somewhere else."""

    def inside(lat: float, long: float) -> bool:
        point = _on_globe(lat, long)
        return point is not None and (bounds is None or bounds.contains(point))

    off_globe = _on_globe(y, x) is None
    if inside(x, y) and (off_globe or bounds):
        return "latitude and longitude seem to be swapped"
    if not off_globe:
        return ""
    if any(inside(y / by, x / by) for by in (1e5, 1e6, 1e7)) and bounds:
        return "they seem to be fractions of a degree, like millionths"
    if y == x:
        return "they seem to stand for nothing"
    return "they seem to be feet or meters of a grid; degrees (EPSG:4326) are needed"
