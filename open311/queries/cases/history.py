"""The history of a service request, as acts on it need it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from open311.queries.reading import Statement, fetch, fetch_one_as, fetch_value, fetch_values


@dataclass(frozen=True, slots=True)
class SentUpdate:
    """An update that a program sent: its public id, and the number of the service request."""

    update_id: str
    number: str | None


_SENT = Statement(
    """
    SELECT u.uuid::text AS update_id, r.service_request_id AS number
    FROM service_request_update u JOIN service_request r ON r.key = u.service_request
    WHERE u.api_client = :api_client AND u.client_update_id = :client_update_id
    """
)


def update_sent(api_client: int, client_update_id: str) -> SentUpdate | None:
    """The update that a program sent under an id of its own, or None."""
    return fetch_one_as(SentUpdate, _SENT, {"api_client": api_client, "client_update_id": client_update_id})


_LAST_STEP = Statement(
    "SELECT max(occurred_at) FROM service_request_update WHERE service_request = :key AND status IS NOT NULL"
)


def last_step_at(key: int) -> datetime | None:
    """When the service request took its last step of the lifecycle."""
    return fetch_value(_LAST_STEP, {"key": key})  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the history whose words can be taken out."""

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
    """A row of a service request's history by its public id; None where it is unknown or redacted already."""
    return fetch_one_as(Entry, _ENTRY, {"key": key, "update_id": update_id})


_COPIES = Statement(
    """
    SELECT copy.key, copy.service_request FROM service_request_update entry
    JOIN service_request_update copy ON copy.service_request = ANY(:cases) AND copy.description = entry.description
    WHERE entry.key = ANY(:entries) AND 'merge' IN (copy.kind, entry.kind) AND copy.redacted_at IS NULL
    """
)


def copies(entries: Sequence[int], cases: Sequence[int]) -> dict[int, int]:
    """Rows of these cases' histories that repeat the words of ``entries`` because the cases are merged.

    The answer maps the key of each row to the key of its service request.
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
    """What was said in public at the newest step of a service request: its ``status_notes``."""
    return fetch_value(_NEWEST_TEXT, {"key": key})  # type: ignore[no-any-return]


_NOTED = Statement("SELECT key FROM service_request WHERE key = ANY(:cases) AND status_notes = :text")


def cases_with_status_notes(cases: Sequence[int], text: str | None) -> list[int]:
    """Those of these service requests whose ``status_notes`` are exactly this text."""
    return fetch_values(_NOTED, {"cases": list(cases), "text": text})
