"""Photos for those who review them. Never for public answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Text, bindparam, func, select

from open311.domain.place import Point
from open311.domain.roles import Act, CaseScope, Grant, may
from open311.models.media import Media
from open311.models.service_request import ServiceRequest
from open311.queries.boundaries import boundaries_at
from open311.queries.reading import Statement, fetch_dicts

PAGE = 50
_MOST = 1_000
"""Photos that are looked through for those that somebody may review."""

_COLUMNS = (
    Media.key,
    Media.width,
    Media.height,
    Media.moderation,
    Media.created_at,
    Media.original.is_not(None).label("has_original"),
    ServiceRequest.jurisdiction,
    ServiceRequest.service_request_id.label("number"),
    ServiceRequest.service_code,
    ServiceRequest.service_name,
    ServiceRequest.department,
    func.ST_X(ServiceRequest.point).label("long"),
    func.ST_Y(ServiceRequest.point).label("lat"),
)
_OF_STATE = Statement(
    select(*_COLUMNS)
    .join(ServiceRequest, ServiceRequest.key == Media.service_request)
    .where(Media.moderation == bindparam("state", type_=Text()))
    .order_by(Media.key)
    .limit(_MOST)
)
_ONE = Statement(
    select(*_COLUMNS)
    .join(ServiceRequest, ServiceRequest.key == Media.service_request)
    .where(Media.key == bindparam("key"))
)


def photos(state: str, grants: Iterable[Grant] | None = None) -> list[dict[str, Any]]:
    """Photos in a state, oldest first, as far as the grants allow to review them (none: all)."""
    given = None if grants is None else list(grants)
    rows = fetch_dicts(_OF_STATE, {"state": state})
    found = rows if given is None else [row for row in rows if may(given, Act.MODERATE, _scope(row, given))]
    return found[:PAGE]


def photo(key: int) -> dict[str, Any] | None:
    """One photo, or none."""
    rows = fetch_dicts(_ONE, {"key": key})
    return rows[0] if rows else None


def _scope(row: dict[str, Any], grants: list[Grant]) -> CaseScope:
    boundaries: frozenset[str] = frozenset()
    if row["lat"] is not None and any(grant.boundary for grant in grants):
        boundaries = boundaries_at(row["jurisdiction"], Point(row["long"], row["lat"]))
    return CaseScope(row["jurisdiction"], row["department"], row["service_code"], boundaries)
