"""How exactly the public may see the place of a service request."""

from __future__ import annotations

import math
import re

from open311.domain.exposure import Precision
from open311.domain.place import Point

BLOCK_DEGREES = 0.002
"""Side in degrees of the grid that ``Precision.BLOCK`` moves a point to: about 220 by 170 metres in Philadelphia."""

_HOUSE_NUMBER = re.compile(r"^\s*(\d{1,6})(?:\s*-\s*\d+|[A-Za-z]|\s+\d/\d)?(?=\s)")
_UNIT = re.compile(r"(?:,|#|\b(?:apt|apartment|unit|ste|suite|fl|floor|rm|room|bldg|rear)\b).*", re.IGNORECASE)
_NUMBER = re.compile(r"\b\d+[A-Za-z]?\b")


def public_point(point: Point | None, precision: Precision) -> Point | None:
    """The point that everybody may see: the point itself, the middle of its block of a fixed grid, or None.

    For ``Precision.BOUNDARY`` the caller substitutes a point of the boundary.
    """
    if point is None or precision is Precision.BOUNDARY:
        return None
    if precision is Precision.EXACT:
        return point
    return Point(long=_middle_of_block(point.long, 180), lat=_middle_of_block(point.lat, 90))


def _middle_of_block(degrees: float, limit: int) -> float:
    return min(limit, round((math.floor(degrees / BLOCK_DEGREES) + 0.5) * BLOCK_DEGREES, 6))


def public_address(address: str | None, precision: Precision) -> str | None:
    """The address that everybody may see: ``1415 E PASSYUNK AVE`` becomes ``1400 block of E PASSYUNK AVE``.

    Whatever follows the street (apartment, city) is cut off. An address that does not begin with a house number may
    contain one elsewhere, and an address with a second number may mean anything, so both are withheld entirely.
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
