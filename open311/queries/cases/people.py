"""Read the people behind service requests. Only ``actions/cases/reporter`` calls this, as it notes who reads."""

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
           coalesce((SELECT jsonb_agg(jsonb_build_array(c.kind, c.value, c.bounced) ORDER BY c.key)
                     FROM (SELECT kind, value, bool_and(bounced_at IS NOT NULL) AS bounced, min(key) AS key
                           FROM contact_point WHERE person = p.key GROUP BY kind, value) AS c), '[]')
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
                JOIN contact_point same ON same.normal = known.normal
                JOIN reporter_link others ON others.person = same.person
                WHERE mine.service_request = :key)
  AND r.key <> :key AND r.jurisdiction = :jurisdiction AND r.service_request_id IS NOT NULL AND {reached}
ORDER BY r.requested_datetime DESC, r.key DESC LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach a person, as they typed it, like ``email`` and ``ann@example.org``."""

    kind: str
    value: str
    bounced: bool
    """Whether a mail server refused it for good."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """A person who reported, and how to reach them."""

    first_name: str
    last_name: str
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class OtherCase:
    """Another service request that the same people reported."""

    number: str
    service_name: str
    status: str
    requested: datetime


def reporters(key: int) -> list[Reporter]:
    """Return who reported a service request (its primary key); usually one person."""
    rows = fetch(_REPORTERS, {"key": key})
    return [Reporter(first or "", last or "", tuple(Contact(*each) for each in all_)) for first, last, all_ in rows]


def private_answers(key: int) -> list[tuple[str, str]]:
    """Return the answers of a service request (its primary key) that are not public, as pairs with their questions."""
    return [(question, ", ".join(names)) for question, names in fetch(_ANSWERS, {"key": key})]


def others_of(key: int, jurisdiction: str, grants: Iterable[Grant], most: int = 20) -> list[OtherCase]:
    """Return other service requests of people with the same e-mail address or phone number, newest first.

    Only those are returned whose personal data the grants allow to be read.
    """
    reached = reach(grants, Act.READ_PERSONAL)
    given = {**reached.values, "key": key, "jurisdiction": jurisdiction, "most": most}
    return fetch_as(OtherCase, _others(reached.sql), given)


@lru_cache(maxsize=256)
def _others(reached: str) -> Statement:
    return Statement(_OTHERS.format(reached=reached))
