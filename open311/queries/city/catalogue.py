"""Read what the database has recorded of the city's files, and whether there is any service request yet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from open311.queries.reading import Statement, fetch, fetch_value

_SINCE = Statement("SELECT since FROM catalogue_version WHERE fingerprint = :fingerprint")
_NEWEST = Statement("SELECT fingerprint FROM catalogue_version ORDER BY since DESC LIMIT 1")
_SERVICES = Statement("SELECT jurisdiction, service_code, publishing, location, stamp FROM published_service")
_ZONES = Statement("SELECT jurisdiction, timezone FROM city_zone")
_OTHERS = Statement(
    """
    SELECT p.jurisdiction, (
        SELECT count(*) FROM service_request r
        WHERE r.jurisdiction = p.jurisdiction AND r.origin IS DISTINCT FROM 'sample'
    )::int
    FROM (SELECT DISTINCT jurisdiction FROM published_service WHERE jurisdiction <> ALL(:known)) p
    ORDER BY p.jurisdiction
    """
)
_ANY = Statement("SELECT EXISTS (SELECT FROM service_request WHERE jurisdiction = :jurisdiction)")


def in_force_since(fingerprint: str) -> datetime | None:
    """Return when a state of the catalogue came into force; None if it was never loaded."""
    return fetch_value(_SINCE, {"fingerprint": fingerprint})  # type: ignore[no-any-return]


def newest_fingerprint() -> str | None:
    """Return the fingerprint of the catalogue that was loaded last; None if none was ever loaded."""
    return fetch_value(_NEWEST)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class PublishedService:
    """How public a service was when its publications were rendered, and a hash of all that they were rendered from."""

    publishing: str
    location: str
    stamp: str


def published_services() -> dict[tuple[str, str], PublishedService]:
    """Return every service as it was loaded last, by jurisdiction and service code."""
    return {(jurisdiction, code): PublishedService(*rest) for jurisdiction, code, *rest in fetch(_SERVICES)}


def city_zones() -> dict[str, str]:
    """Return the time zone of each jurisdiction as it was loaded last."""
    return dict(fetch(_ZONES))


def other_jurisdictions(known: Collection[str]) -> dict[str, int]:
    """Return the jurisdictions that were loaded and are none of these, each with how many service requests it has.

    Those of the sample do not count: they were invented.
    """
    return dict(fetch(_OTHERS, {"known": list(known)}))


def is_empty(jurisdiction: str) -> bool:
    """Return whether a jurisdiction has no service request at all."""
    return not fetch_value(_ANY, {"jurisdiction": jurisdiction})
