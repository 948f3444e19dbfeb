"""Read what happened to a service request: its history, the letters about it, and what reporters said in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from open311.queries.reading import Statement, fetch_as


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A row of the history, a letter, or a reporter's feedback on the result."""

    at: datetime
    kind: str
    """The kind of an update, ``letter`` or ``feedback``."""
    public: bool
    status: str
    outcome: str
    said: str
    """The text that everybody may read, if the entry is public."""
    note: str
    """The note that only staff may read."""
    changes: Mapping[str, list[Any]]
    """Pairs of the old and new value, by column."""
    who: str
    entry: int | None
    """The primary key of a row of the history, by which photos name it; None for letters and feedback."""
    to: str
    """The name of the person to whom it was assigned; empty if this is not an assignment to a person."""


_TIMELINE = Statement(
    """
    SELECT at, kind, public, status, outcome, said, note, changes, who, entry, "to" FROM (
        SELECT u.occurred_at AS at, u.kind, u.public, coalesce(u.status, '') AS status,
               coalesce(u.outcome, '') AS outcome, coalesce(u.description, '') AS said, coalesce(u.note, '') AS note,
               coalesce(u.changes, '{}') AS changes, coalesce(a.name, u.actor) AS who,
               u.key AS entry, coalesce(t.name, '') AS "to", u.key AS position
        FROM service_request_update u LEFT JOIN account a ON a.key = u.account
        LEFT JOIN account t ON t.key = CAST(u.changes -> 'assignee' ->> 1 AS bigint) WHERE u.service_request = :key
        UNION ALL
        SELECT coalesce(m.sent_at, m.created_at), 'letter', false, m.state, m.event, '',
               CASE WHEN s.reporter THEN 'reporter' ELSE 'follower' END, '{}', m.channel, NULL, '', m.key
        FROM message m JOIN subscription s ON s.key = m.subscription WHERE m.service_request = :key
        UNION ALL
        SELECT f.created_at, 'feedback', false, CASE WHEN f.fixed THEN 'yes' ELSE 'no' END, '', '',
               coalesce(f.words, ''), '{}', 'reporter', NULL, '', f.key
        FROM feedback f WHERE f.service_request = :key
    ) AS entry
    ORDER BY at DESC, position DESC
    """
)


def timeline(key: int) -> list[TimelineEntry]:
    """Return everything that happened to a service request (its primary key), newest first."""
    return fetch_as(TimelineEntry, _TIMELINE, {"key": key})
