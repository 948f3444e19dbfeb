"""Service requests as the city knows them, for those who may change them. Never for public answers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Text, bindparam, select

from open311.domain.lifecycle import Status
from open311.models.service_request import ServiceRequest
from open311.queries.filters import JURISDICTION
from open311.queries.reading import Statement, fetch_one


@dataclass(frozen=True, slots=True)
class Summary:
    """What deciding about an update needs."""

    status: Status
    api_client: int | None
    version: int


_SUMMARY = Statement(
    select(ServiceRequest.status, ServiceRequest.api_client, ServiceRequest.version).where(
        ServiceRequest.jurisdiction == JURISDICTION,
        ServiceRequest.service_request_id == bindparam("number", type_=Text()),
    )
)


def summary(jurisdiction: str, number: str) -> Summary | None:
    """State, filing client and version of a case, or none."""
    row = fetch_one(_SUMMARY, {"jurisdiction": jurisdiction, "number": number})
    return None if row is None else Summary(Status(row[0]), row[1], row[2])
