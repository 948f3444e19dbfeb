"""Service requests as the city knows them, for those who may change them. Never for public answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, bindparam, select

from open311.domain.lifecycle import Status
from open311.models.cases.service_request import ServiceRequest
from open311.models.cases.update import Update
from open311.queries.reading import JURISDICTION, Statement, fetch_dicts, fetch_one


@dataclass(frozen=True, slots=True)
class Summary:
    """What deciding about an update needs."""

    status: Status
    api_client: int | None
    version: int


_NUMBERED = (
    ServiceRequest.jurisdiction == JURISDICTION,
    ServiceRequest.service_request_id == bindparam("number", type_=Text()),
)
_SUMMARY = Statement(select(ServiceRequest.status, ServiceRequest.api_client, ServiceRequest.version).where(*_NUMBERED))
_CASE = Statement(
    select(
        ServiceRequest.service_code,
        ServiceRequest.service_name,
        ServiceRequest.agency_responsible,
        ServiceRequest.status,
        ServiceRequest.outcome,
        ServiceRequest.moderation,
        ServiceRequest.address,
        ServiceRequest.description,
        ServiceRequest.requested_datetime,
        ServiceRequest.expected_datetime,
        ServiceRequest.scheduled_datetime,
        ServiceRequest.closed_datetime,
    ).where(*_NUMBERED)
)
_HISTORY = Statement(
    select(
        Update.occurred_at,
        Update.kind,
        Update.actor,
        Update.public,
        Update.status,
        Update.outcome,
        Update.description,
        Update.note,
        Update.changes,
    )
    .join(ServiceRequest, ServiceRequest.key == Update.service_request)
    .where(*_NUMBERED)
    .order_by(Update.occurred_at, Update.key)
)


def summary(jurisdiction: str, number: str) -> Summary | None:
    """State, filing client and version of a case, or none."""
    row = fetch_one(_SUMMARY, {"jurisdiction": jurisdiction, "number": number})
    return None if row is None else Summary(Status(row[0]), row[1], row[2])


def case(jurisdiction: str, number: str) -> dict[str, Any] | None:
    """What staff see of a case, or none."""
    rows = fetch_dicts(_CASE, {"jurisdiction": jurisdiction, "number": number})
    return rows[0] if rows else None


def history(jurisdiction: str, number: str) -> list[dict[str, Any]]:
    """All that happened to a case, oldest first, with what only staff may see."""
    return fetch_dicts(_HISTORY, {"jurisdiction": jurisdiction, "number": number})
