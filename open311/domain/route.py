"""Find a short walk through a day's places: nearest neighbor first, then crossings are removed (2-opt)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from open311.domain.place import Point

MIN_GAIN_DEGREES = 1e-9
"""How much shorter a change must make the walk, in degrees; with less, rounding errors could loop forever."""


Flat = tuple[float, float]
"""A place on a plane."""


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


def kept_order(way: Sequence[str], names: Sequence[str], places: Sequence[Point]) -> list[int]:
    """Return the positions of the places in the order of a way that was begun, by their names.

    A place that is not on the way yet is put where it is the smallest detour.
    """
    flat = _flat(places) if places else []
    known = {name: place for place, name in enumerate(names)}
    order = [known[name] for name in way if name in known]
    for place in range(len(names)):
        if place not in order:
            order.insert(_cheapest(order, flat, place), place)
    return order


def _cheapest(order: Sequence[int], flat: Sequence[Flat], place: int) -> int:
    """Where on the way a place is the smallest detour."""

    def detour(at: int) -> float:
        before, after = (order[at - 1] if at else None), (order[at] if at < len(order) else None)
        legs = [_distance(flat[each], flat[place]) for each in (before, after) if each is not None]
        straight = _distance(flat[before], flat[after]) if before is not None and after is not None else 0.0
        return sum(legs) - straight

    return min(range(len(order) + 1), key=detour)


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
