"""Public updates of published service requests (``servicerequestupdates``), and the history of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from open311.domain.lifecycle import PUBLISHED, Status
from open311.queries.reading import Statement, fetch_as


@dataclass(frozen=True, slots=True)
class PublicUpdate:
    """An update as GeoReport publishes it. ``status`` is that of the service request when the update was made."""

    update_id: UUID
    service_request_id: str
    service_code: str
    status: str
    description: str | None
    media_url: str | None
    updated_datetime: datetime
    """When it happened."""
    recorded_datetime: datetime
    """When this server was told."""
    external_status_code: str | None
    """Outcome or internal state, if the update is a step."""


_CLOSED = ", ".join(f"'{status}'" for status in Status if PUBLISHED[status] == "closed")

_NUMBERS = """
    (cardinality(CAST(:numbers AS text[])) = 0 OR p.service_request_id = ANY(CAST(:numbers AS text[])))
"""
_KEYS = f"""
    SELECT u.key, u.recorded_at FROM service_request_update u
    JOIN publication p ON p.service_request = u.service_request
    WHERE u.jurisdiction = :jurisdiction AND u.public AND {_NUMBERS}
"""
_PAGE_OF_KEYS = "ORDER BY u.recorded_at DESC, u.key DESC LIMIT CAST(:limit AS bigint) + CAST(:offset AS bigint)"
# Who polls is told everything that was recorded in the span, whenever it happened. Who asks for a span of the past is
# told what happened then too, though it may have been recorded after it; what happened is recorded later, never before.
# A comment is no step: it has the state that was in force then, or clients would reopen what is closed.
_PAGE = Statement(
    f"""
    WITH keys AS (
        ({_KEYS} AND u.recorded_at >= :start AND u.recorded_at <= :end {_PAGE_OF_KEYS})
        UNION ALL
        ({_KEYS}
         AND :end < statement_timestamp() AND u.recorded_at > :end AND u.occurred_at >= :start AND u.occurred_at <= :end
         {_PAGE_OF_KEYS})
    )
    SELECT u.uuid AS update_id, p.service_request_id, p.service_code,
           CASE WHEN coalesce(u.status, (
                    SELECT e.status FROM service_request_update e
                    WHERE e.service_request = u.service_request AND e.status IS NOT NULL
                      AND (e.occurred_at, e.key) < (u.occurred_at, u.key)
                    ORDER BY e.occurred_at DESC, e.key DESC LIMIT 1)) IN ({_CLOSED})
                THEN 'closed' ELSE 'open' END AS status,
           u.description, u.media_url, u.occurred_at AS updated_datetime, u.recorded_at AS recorded_datetime,
           coalesce(u.outcome, u.status) AS external_status_code
    FROM (SELECT key FROM keys ORDER BY recorded_at DESC, key DESC LIMIT :limit OFFSET :offset) AS page
    JOIN service_request_update u USING (key)
    JOIN publication p ON p.service_request = u.service_request
    ORDER BY u.recorded_at DESC, u.key DESC
    """
)


def page(
    jurisdiction: str, start: datetime, end: datetime, numbers: list[str], number: int, size: int
) -> list[PublicUpdate]:
    """A page of the public updates that were recorded or happened in a span of time, the one recorded last first.

    ``numbers`` are those of the service requests; none for all of them.
    """
    return fetch_as(
        PublicUpdate,
        _PAGE,
        {
            "jurisdiction": jurisdiction,
            "start": start,
            "end": end,
            "numbers": numbers,
            "limit": size,
            "offset": (number - 1) * size,
        },
    )


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """A public entry in the history of a service request, with the facts that a text about it names."""

    uuid: UUID
    kind: str
    status: str | None
    outcome: str | None
    text: str | None
    changes: Mapping[str, Any] | None
    actor: str
    occurred_at: datetime
    service_code: str
    service_name: str
    agency_responsible: str
    expected_datetime: datetime | None
    scheduled_datetime: datetime | None
    number: str | None


_HISTORY = Statement(
    """
    SELECT u.uuid, u.kind, u.status, u.outcome, u.description AS text, u.changes, u.actor, u.occurred_at,
           r.service_code, r.service_name, r.agency_responsible, r.expected_datetime, r.scheduled_datetime,
           r.service_request_id AS number
    FROM service_request_update u
    JOIN publication p ON p.service_request = u.service_request
    JOIN service_request r ON r.key = u.service_request
    WHERE u.service_request = :key AND u.public
    ORDER BY u.occurred_at DESC, u.key DESC
    LIMIT :limit
    """
)


def history(key: int, limit: int) -> list[PublicEvent]:
    """The newest public entries in the history of a published service request."""
    return fetch_as(PublicEvent, _HISTORY, {"key": key, "limit": limit})
