"""Find a short walk through a day's places: nearest neighbor first, then crossings are removed (2-opt)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from open311.domain.place import Point

MIN_GAIN_DEGREES = 1e-9
"""How much shorter a change must make the walk, in degrees; with less, rounding errors could loop forever."""


def walking_order(places: Sequence[Point], start: Point | None = None) -> list[int]:
    """Return the positions of the places in walking order, from ``start`` or else from the first place.

    It is not the shortest walk, but none of its legs cross.
    """
    if not places:
        return []
    flat = _flat([start or places[0], *places])
    way = [0]
    left = set(range(1, len(flat)))
    while left:
        nearest = min(left, key=lambda place: (_distance(flat[way[-1]], flat[place]), place))
        way.append(nearest)
        left.remove(nearest)
    return [place - 1 for place in _untangled(way, flat)[1:]]


Flat = tuple[float, float]


def _flat(points: Sequence[Point]) -> list[Flat]:
    """Project points onto a plane, which is accurate enough within one city."""
    narrow = math.cos(math.radians(points[0].lat))
    return [(point.long * narrow, point.lat) for point in points]


def _distance(one: Flat, other: Flat) -> float:
    return math.dist(one, other)


def _untangled(way: list[int], flat: Sequence[Flat]) -> list[int]:
    """Reverse sections of the walk as long as that makes it shorter; its start stays."""
    shorter = True
    while shorter:
        shorter = False
        for i in range(len(way) - 2):
            for j in range(i + 2, len(way)):
                after = way[j + 1] if j + 1 < len(way) else None
                before = _distance(flat[way[i]], flat[way[i + 1]])
                turned = _distance(flat[way[i]], flat[way[j]])
                if after is not None:
                    before += _distance(flat[way[j]], flat[after])
                    turned += _distance(flat[way[i + 1]], flat[after])
                if turned < before - MIN_GAIN_DEGREES:
                    way[i + 1 : j + 1] = reversed(way[i + 1 : j + 1])
                    shorter = True
    return way
