"""Read the history of a service request, as acts on it need it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from open311.queries.reading import Statement, fetch, fetch_one_as, fetch_value, fetch_values


@dataclass(frozen=True, slots=True)
class SentUpdate:
    """An update that a program sent: its public id, the number of its service request, what of it was not taken."""

    update_id: str
    number: str | None
    notice: str | None


_SENT = Statement(
    """
    SELECT u.uuid::text AS update_id, r.service_request_id AS number, u.note AS notice
    FROM service_request_update u JOIN service_request r ON r.key = u.service_request
    WHERE u.api_client = :api_client AND u.client_update_id = :client_update_id
    """
)


def update_sent(api_client: int, client_update_id: str) -> SentUpdate | None:
    """Return the update that a program has sent under an id of its own, or None."""
    return fetch_one_as(SentUpdate, _SENT, {"api_client": api_client, "client_update_id": client_update_id})


_NEWEST = Statement("SELECT max(key) FROM service_request_update WHERE service_request = :key")


def newest_entry(key: int) -> int | None:
    """Return the primary key of the newest entry in the history of a service request (its primary key)."""
    return fetch_value(_NEWEST, {"key": key})  # type: ignore[no-any-return]


_LAST_STEP = Statement(
    "SELECT max(occurred_at) FROM service_request_update WHERE service_request = :key AND status IS NOT NULL"
)


def last_step_at(key: int) -> datetime | None:
    """Return when a service request (its primary key) took its last step of the lifecycle."""
    return fetch_value(_LAST_STEP, {"key": key})  # type: ignore[no-any-return]


_STATE_AT = Statement(
    """
    SELECT status FROM service_request_update
    WHERE service_request = :key AND status IS NOT NULL AND occurred_at <= :moment
    ORDER BY occurred_at DESC, key DESC LIMIT 1
    """
)


def state_then(key: int, moment: datetime) -> str | None:
    """Return the state of a service request (its primary key) at a moment; None before its first step."""
    return fetch_value(_STATE_AT, {"key": key, "moment": moment})  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the history whose words can be redacted."""

    key: int
    kind: str
    description: str | None


_ENTRY = Statement(
    """
    SELECT key, kind, description FROM service_request_update
    WHERE service_request = :key AND uuid::text = :update_id AND redacted_at IS NULL
    """
)


def redactable_entry(key: int, update_id: str) -> Entry | None:
    """Return a row of a service request's history by its public id; None if it is unknown or redacted already."""
    return fetch_one_as(Entry, _ENTRY, {"key": key, "update_id": update_id})


_COPIES = Statement(
    """
    SELECT copy.key, copy.service_request FROM service_request_update entry
    JOIN service_request_update copy ON copy.service_request = ANY(:cases) AND copy.description = entry.description
    WHERE entry.key = ANY(:entries) AND 'merge' IN (copy.kind, entry.kind) AND copy.redacted_at IS NULL
    """
)


def copies(entries: Sequence[int], cases: Sequence[int]) -> dict[int, int]:
    """Return the rows in the histories of ``cases`` that repeat the words of ``entries`` because the cases are merged.

    The result maps the primary key of each row to that of its service request.
    """
    return dict(fetch(_COPIES, {"entries": list(entries), "cases": list(cases)}))


_NEWEST_TEXT = Statement(
    """
    SELECT description FROM service_request_update
    WHERE service_request = :key AND status IS NOT NULL AND public AND description IS NOT NULL
    ORDER BY occurred_at DESC, key DESC LIMIT 1
    """
)


def newest_text(key: int) -> str | None:
    """Return the public text of a service request's latest step that has one: what ``status_notes`` should be."""
    return fetch_value(_NEWEST_TEXT, {"key": key})  # type: ignore[no-any-return]


_NOTED = Statement("SELECT key FROM service_request WHERE key = ANY(:cases) AND status_notes = :text")


def cases_with_status_notes(cases: Sequence[int], text: str | None) -> list[int]:
    """Return those of these service requests (primary keys) whose ``status_notes`` are exactly ``text``."""
    return fetch_values(_NOTED, {"cases": list(cases), "text": text})
