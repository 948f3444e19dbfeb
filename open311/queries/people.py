"""The people behind service requests. Read through ``actions/personal``, which asks who wants to know and notes it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from open311.queries.reading import Statement, fetch

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
