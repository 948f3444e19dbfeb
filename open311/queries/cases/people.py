"""The people behind service requests. Only ``actions/cases/reporter`` asks, for it notes who wants to know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from open311.domain.roles import Act, Grant
from open311.queries.cases.reach import reach
from open311.queries.reading import Statement, fetch, fetch_as

_REPORTERS = Statement(
    """
    SELECT p.first_name, p.last_name,
           coalesce((SELECT jsonb_agg(jsonb_build_array(c.kind, c.value) ORDER BY c.key)
                     FROM contact_point c WHERE c.person = p.key), '[]')
    FROM reporter_link l JOIN person p ON p.key = l.person
    WHERE l.service_request = :key AND p.erased_at IS NULL ORDER BY l.created_at, p.key
    """
)
_ANSWERS = Statement("SELECT question, names FROM answer WHERE service_request = :key AND NOT public ORDER BY position")
_OTHERS = """
SELECT r.service_request_id AS number, r.service_name, r.status, r.requested_datetime AS requested
FROM service_request r
WHERE r.key IN (SELECT others.service_request
                FROM reporter_link mine JOIN contact_point known ON known.person = mine.person
                JOIN contact_point same ON same.kind = known.kind AND same.value = known.value
                JOIN reporter_link others ON others.person = same.person
                WHERE mine.service_request = :key)
  AND r.key <> :key AND r.jurisdiction = :jurisdiction AND r.service_request_id IS NOT NULL AND {reached}
ORDER BY r.requested_datetime DESC, r.key DESC LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reported, and how to reach them."""

    first_name: str
    last_name: str
    contacts: tuple[tuple[str, str], ...]
    """Pairs of kind and value, like ``("email", "ann@example.org")``."""


@dataclass(frozen=True, slots=True)
class OtherCase:
    """Another service request of the same people."""

    number: str
    service_name: str
    status: str
    requested: datetime


def reporters(key: int) -> list[Reporter]:
    """Who reported a service request (its key); usually one person, more where others were merged into it."""
    rows = fetch(_REPORTERS, {"key": key})
    return [
        Reporter(first or "", last or "", tuple((kind, value) for kind, value in all_)) for first, last, all_ in rows
    ]


def private_answers(key: int) -> list[tuple[str, str]]:
    """Questions and answers of a service request (its key) that are not public."""
    return [(question, ", ".join(names)) for question, names in fetch(_ANSWERS, {"key": key})]


def others_of(key: int, jurisdiction: str, grants: Iterable[Grant], most: int = 20) -> list[OtherCase]:
    """Other service requests of people who left the same address or telephone number, the newest first.

    Only those are told that the grants allow to read about people.
    """
    reached = reach(grants, Act.READ_PERSONAL)
    given = {**reached.values, "key": key, "jurisdiction": jurisdiction, "most": most}
    return fetch_as(OtherCase, _others(reached.sql), given)


@lru_cache(maxsize=256)
def _others(reached: str) -> Statement:
    return Statement(_OTHERS.format(reached=reached))
