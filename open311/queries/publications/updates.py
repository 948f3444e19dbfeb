"""Public updates of published service requests (``servicerequestupdates``)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, DateTime, Integer, Text, bindparam, case, func, literal, select, tuple_
from sqlalchemy.orm import aliased

from open311.domain.lifecycle import PUBLISHED, Status
from open311.models.cases.service_request import ServiceRequest
from open311.models.cases.update import Update
from open311.models.publications.publication import Publication
from open311.queries.reading import JURISDICTION, Statement, fetch_dicts

_CLOSED: Any = literal([status.value for status in Status if PUBLISHED[status] == "closed"], ARRAY(Text()))
_WINDOW: Any = bindparam("numbers", type_=ARRAY(Text()))

# A comment is no step: it bears the state that was in force, or else clients would open what is closed.
_earlier = aliased(Update)
_in_force = func.coalesce(
    Update.status,
    select(_earlier.status)
    .where(
        _earlier.service_request == Update.service_request,
        _earlier.status.is_not(None),
        tuple_(_earlier.occurred_at, _earlier.key) < tuple_(Update.occurred_at, Update.key),
    )
    .order_by(_earlier.occurred_at.desc(), _earlier.key.desc())
    .limit(1)
    .correlate(Update)
    .scalar_subquery(),
)
_LIST = Statement(
    select(
        Update.key.label("key"),
        Update.uuid.label("update_id"),
        Publication.service_request_id,
        Publication.service_code,
        case((_in_force == func.any(_CLOSED), "closed"), else_="open").label("status"),
        Update.description,
        Update.media_url,
        Update.occurred_at.label("updated_datetime"),
        func.coalesce(Update.outcome, Update.status).label("external_status_code"),
    )
    .join(Publication, Publication.service_request == Update.service_request)
    .where(
        Update.jurisdiction == JURISDICTION,
        Update.public,
        Update.occurred_at >= bindparam("start", type_=DateTime(timezone=True)),
        Update.occurred_at <= bindparam("end", type_=DateTime(timezone=True)),
        (func.cardinality(_WINDOW) == 0) | (Publication.service_request_id == func.any(_WINDOW)),
    )
    .order_by(Update.occurred_at.desc(), Update.key.desc())
    .limit(bindparam("limit", type_=Integer()))
    .offset(bindparam("offset", type_=Integer()))
)

_HISTORY = Statement(
    select(
        Update.uuid,
        Update.kind,
        Update.status,
        Update.outcome,
        Update.description.label("text"),
        Update.changes,
        Update.actor,
        Update.occurred_at,
        ServiceRequest.service_code,
        ServiceRequest.service_name,
        ServiceRequest.agency_responsible,
        ServiceRequest.expected_datetime,
        ServiceRequest.scheduled_datetime,
        ServiceRequest.service_request_id.label("number"),
    )
    .join(Publication, Publication.service_request == Update.service_request)
    .join(ServiceRequest, ServiceRequest.key == Update.service_request)
    .where(Update.service_request == bindparam("key", type_=BigInteger()), Update.public)
    .order_by(Update.occurred_at.desc(), Update.key.desc())
    .limit(bindparam("limit", type_=Integer()))
)


def history(key: int, limit: int) -> list[dict[str, Any]]:
    """The newest public updates of a published service request, with what words about them need."""
    return fetch_dicts(_HISTORY, {"key": key, "limit": limit})


def page(
    jurisdiction: str, start: datetime, end: datetime, numbers: list[str], number: int, size: int
) -> list[dict[str, Any]]:
    """Public updates that happened in a window of time, newest first."""
    return fetch_dicts(
        _LIST,
        {
            "jurisdiction": jurisdiction,
            "start": start,
            "end": end,
            "numbers": numbers,
            "limit": size,
            "offset": (number - 1) * size,
        },
    )
