"""Read the service requests that have to do with one: duplicates, parts, and others at the same place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from open311.domain.place import Point
from open311.domain.roles import Act, Grant
from open311.models.cases.service_request import is_live
from open311.queries.cases.reach import reach
from open311.queries.places.near import box_around, distance, is_within, point
from open311.queries.reading import Statement, fetch_as

SAME_PLACE_METRES = 50
"""Service requests that are no farther apart than this, in meters, count as being at the same place."""
MAX_NEAR = 8
"""How many service requests at the same place are shown, most recent first."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another service request that has to do with the one in question, and how."""

    number: str
    service_name: str
    status: str
    requested: datetime
    relation: str = ""
    """``duplicate_of``, ``duplicate``, ``part_of``, ``part`` or ``related``; empty if it is only nearby."""
    metres: int | None = None
    """How far away it is, in meters; None if it was not found by its place."""


_RELATIONS = """
    SELECT r.service_request_id AS number, r.service_name, r.status, r.requested_datetime AS requested,
           CASE WHEN m.service_request = :key THEN m.kind
                ELSE CASE m.kind WHEN 'duplicate_of' THEN 'duplicate' WHEN 'part_of' THEN 'part' ELSE m.kind END
           END AS relation
    FROM relation m
    JOIN service_request r ON r.key = CASE WHEN m.service_request = :key THEN m.other ELSE m.service_request END
    WHERE (m.service_request = :key OR m.other = :key) AND r.service_request_id IS NOT NULL AND {reached}
    ORDER BY m.created_at, r.key
    """


def related(key: int, jurisdiction: str, grants: tuple[Grant, ...]) -> list[Other]:
    """Return the service requests that staff have related to this one, and that the grants allow to be read."""
    reached = reach(grants, Act.READ)
    return fetch_as(Other, _related(reached.sql), {**reached.values, "key": key, "jurisdiction": jurisdiction})


@lru_cache(maxsize=256)
def _related(reached: str) -> Statement:
    return Statement(_RELATIONS.format(reached=reached))


def near(key: int, jurisdiction: str, place: Point, grants: tuple[Grant, ...]) -> list[Other]:
    """Return others at the same place that the grants allow to be read, most recent first.

    Open cases are found by their true place, closed ones by their public place. A closed case that is private, or whose
    place is blurred, is therefore not found: an index on the true place of every case would cost imports too much.
    """
    reached = reach(grants, Act.READ)
    given = {"key": key, "jurisdiction": jurisdiction, "long": place.long, "lat": place.lat}
    return fetch_as(Other, _near(reached.sql), {**reached.values, **given})


@lru_cache(maxsize=256)
def _near(reached: str) -> Statement:
    here = point()
    box = box_around(here, SAME_PLACE_METRES)
    return Statement(
        f"""
        SELECT r.service_request_id AS number, r.service_name, r.status, r.requested_datetime AS requested,
               {distance("r.point", here)}::int AS metres
        FROM service_request r
        WHERE r.key IN (SELECT o.key FROM service_request o WHERE {is_live("o")} AND o.point && {box}
                        UNION SELECT p.service_request FROM publication p WHERE p.point && {box})
          AND r.jurisdiction = :jurisdiction AND r.key <> :key AND r.service_request_id IS NOT NULL
          AND {is_within("r.point", here, SAME_PLACE_METRES)} AND {reached}
        ORDER BY r.requested_datetime DESC, r.key DESC LIMIT {MAX_NEAR}
        """
    )
