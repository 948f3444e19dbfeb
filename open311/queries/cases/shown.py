"""Read service requests as the city knows them, for those who may change them; never for the public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from open311.domain.lifecycle import Status
from open311.queries.reading import Statement, fetch_as, fetch_one, fetch_one_as


@dataclass(frozen=True, slots=True)
class Summary:
    """What the API needs to know about a service request to accept an update of it."""

    status: Status
    api_client: int | None
    version: int


@dataclass(frozen=True, slots=True)
class CaseShown:
    """A service request as the command line shows it."""

    service_code: str
    service_name: str
    agency_responsible: str
    status: str
    outcome: str | None
    moderation: str
    withheld: str | None
    """What looks like personal data and waits for staff."""
    address: str | None
    description: str | None
    requested_datetime: datetime
    expected_datetime: datetime | None
    scheduled_datetime: datetime | None
    closed_datetime: datetime | None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A row of the history, including what only staff may see."""

    occurred_at: datetime
    kind: str
    actor: str
    public: bool
    status: str | None
    outcome: str | None
    description: str | None
    note: str | None
    changes: dict[str, list[Any]] | None


_NUMBERED = "r.jurisdiction = :jurisdiction AND r.service_request_id = :number"
_SUMMARY = Statement(f"SELECT r.status, r.api_client, r.version FROM service_request r WHERE {_NUMBERED}")
_CASE = Statement(
    f"""
    SELECT r.service_code, r.service_name, r.agency_responsible, r.status, r.outcome, r.moderation,
           nullif(array_to_string(r.withheld, ', '), '') AS withheld, r.address,
           r.description, r.requested_datetime, r.expected_datetime, r.scheduled_datetime, r.closed_datetime
    FROM service_request r WHERE {_NUMBERED}
    """
)
_HISTORY = Statement(
    f"""
    SELECT u.occurred_at, u.kind, u.actor, u.public, u.status, u.outcome, u.description, u.note, u.changes
    FROM service_request_update u JOIN service_request r ON r.key = u.service_request
    WHERE {_NUMBERED} ORDER BY u.occurred_at, u.key
    """
)


def summary(jurisdiction: str, number: str) -> Summary | None:
    """Return a service request's state, filing program and version; None if there is no such service request."""
    row = fetch_one(_SUMMARY, {"jurisdiction": jurisdiction, "number": number})
    return None if row is None else Summary(Status(row[0]), row[1], row[2])


def case(jurisdiction: str, number: str) -> CaseShown | None:
    """Return what the command line shows of a service request; None if there is no such service request."""
    return fetch_one_as(CaseShown, _CASE, {"jurisdiction": jurisdiction, "number": number})


def history(jurisdiction: str, number: str) -> list[HistoryEntry]:
    """Return everything that happened to a service request, oldest first."""
    return fetch_as(HistoryEntry, _HISTORY, {"jurisdiction": jurisdiction, "number": number})
