"""The people behind service requests. Only ``actions/cases/reporter`` asks, for it notes who wants to know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from open311.domain.roles import Act, Grant
from open311.queries.cases.reach import reach
from open311.queries.reading import Statement, fetch, fetch_dicts

_REPORTERS = Statement(
    text(
        """
        SELECT p.first_name, p.last_name,
               coalesce((SELECT jsonb_agg(jsonb_build_array(c.kind, c.value) ORDER BY c.key)
                         FROM contact_point c WHERE c.person = p.key), '[]')
        FROM reporter_link l JOIN person p ON p.key = l.person
        WHERE l.service_request = :key AND p.erased_at IS NULL ORDER BY l.created_at, p.key
        """
    )
)
_ANSWERS = Statement(
    text("SELECT question, names FROM answer WHERE service_request = :key AND NOT public ORDER BY position")
)
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
    """Who reported, and how to reach them: pairs like ``("email", "ann@example.org")``."""

    first_name: str
    last_name: str
    contacts: tuple[tuple[str, str], ...]


def reporters(key: int) -> list[Reporter]:
    """The reporters of a case."""
    rows = fetch(_REPORTERS, {"key": key})
    return [
        Reporter(first or "", last or "", tuple((kind, value) for kind, value in all_)) for first, last, all_ in rows
    ]


def private_answers(key: int) -> list[tuple[str, str]]:
    """Questions and answers of a case that are not public."""
    return [(question, ", ".join(names)) for question, names in fetch(_ANSWERS, {"key": key})]


def others_of(key: int, jurisdiction: str, grants: Iterable[Grant], most: int = 20) -> list[dict[str, Any]]:
    """Other cases of the same people: those who left the same address or telephone number; the newest first."""
    reached = reach(grants, Act.READ_PERSONAL)
    others = Statement(text(_OTHERS.format(reached=reached.sql)))
    return fetch_dicts(others, {**reached.values, "key": key, "jurisdiction": jurisdiction, "most": most})
