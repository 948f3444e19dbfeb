"""What is due to be forgotten: statements by age or by the closing of a case, counted or read in batches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from open311.domain.retention import Cut
from open311.queries.reading import Statement, fetch_as


@dataclass(frozen=True, slots=True)
class Due:
    """How to find what of a span is due."""

    counting: Statement
    reading: Statement
    after_closing: bool


@dataclass(frozen=True, slots=True)
class DueCount:
    """How much is due, and since when the oldest of it counts."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class DueRow:
    """One thing that is due, and since when it counts."""

    id: Any
    """What the statement names it by: a key, a hash, a place in the table."""
    since: datetime


def count_due(due: Due, cut: Cut) -> DueCount:
    """Count what is due."""
    return fetch_as(DueCount, due.counting, _parameters(cut))[0]


def read_due(due: Due, cut: Cut, limit: int) -> list[DueRow]:
    """Read at most ``limit`` of what is due, in the order of its ids."""
    return fetch_as(DueRow, due.reading, {**_parameters(cut), "limit": limit})


def _parameters(cut: Cut) -> dict[str, Any]:
    return {"before": cut.before, "codes": list(cut.services), "cuts": list(cut.services.values())}


def _due(rows: str, *, after_closing: bool = False) -> Due:
    """Make both statements from one that selects ``id`` and ``since``."""
    counting = f"SELECT count(*) AS count, min(since) AS oldest FROM ({rows}) AS due"
    return Due(Statement(counting), Statement(f"{rows} LIMIT :limit"), after_closing)


# By age


def old_rows(table: str, since: str, where: str = "true", key: str = "key") -> Due:
    """Rows of a table for which ``since`` (SQL) lies too long ago."""
    return _due(f"SELECT {key} AS id, {since} AS since FROM {table} WHERE {since} < :before AND {where} ORDER BY 1")


def old_rows_by_place(table: str, since: str) -> Due:
    """The old rows of a table whose key has several columns, named by where they lie: nothing changes rows that old."""
    return _due(f"SELECT ctid::text AS id, {since} AS since FROM {table} WHERE {since} < :before")


ENDED_JOBS = _due(
    """
    SELECT j.id, max(e.at) AS since FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
    WHERE j.status IN ('failed', 'cancelled', 'aborted', 'succeeded')
    GROUP BY j.id HAVING max(e.at) < :before ORDER BY j.id
    """
)
"""Jobs that ended long ago."""


# After closing

# When it was closed last: a dispute that is decided against the reporter leaves closed_datetime as it was.
_CLOSED = """
CROSS JOIN LATERAL (
    SELECT greatest(r.closed_datetime, max(u.recorded_at)) AS since FROM service_request_update u
    WHERE u.service_request = r.key AND u.status = 'closed' AND r.status = 'closed'
) AS closed
"""
_DUE = """
r.status = 'closed' AND closed.since < coalesce((
    SELECT c.cut FROM unnest(CAST(:codes AS text[]), CAST(:cuts AS timestamptz[])) AS c(code, cut)
    WHERE c.code = r.service_code
), :before)
"""


def rows_of_closed_cases(table: str, key: str, where: str = "true") -> Due:
    """Rows (``t`` in ``where``) of service requests that were closed long ago, by a key of theirs."""
    return _due(
        f"""
        SELECT DISTINCT t.{key} AS id, closed.since
        FROM {table} t JOIN service_request r ON r.key = t.service_request {_CLOSED}
        WHERE {where} AND {_DUE} ORDER BY 1
        """,
        after_closing=True,
    )


# Parts of a case share its reporter, who is forgotten with the last of them. One who has no case any more (it was a
# sample) goes by age.
REPORTERS = _due(
    f"""
    SELECT p.key AS id, coalesce(max(closed.since), p.created_at) AS since
    FROM person p
    LEFT JOIN reporter_link l ON l.person = p.key
    LEFT JOIN (service_request r {_CLOSED}) ON r.key = l.service_request
    WHERE p.erased_at IS NULL
    GROUP BY p.key
    HAVING bool_and(CASE WHEN r.key IS NULL THEN p.created_at < :before ELSE {_DUE} END)
    ORDER BY p.key
    """,
    after_closing=True,
)
"""People all of whose service requests were closed long ago."""
