"""Which photos everybody may see."""

from __future__ import annotations

from dataclasses import dataclass

from open311.catalog.city import City
from open311.domain.exposure import Moderation
from open311.queries.reading import Statement, fetch_as


@dataclass(frozen=True, slots=True)
class _ShownBy:
    jurisdiction: str
    service_code: str
    moderation: str


_SHOWN_BY = Statement(
    f"""
    SELECT r.jurisdiction, r.service_code, r.moderation
    FROM media m
    JOIN service_request r ON r.key = m.service_request
    JOIN publication p ON p.service_request = r.key
    WHERE m.moderation = '{Moderation.APPROVED}' AND (m.file = :name OR m.thumbnail = :name)
    """
)


def is_public(city: City, name: str) -> bool:
    """Whether any published service request shows this file. Knowing the file's name is not enough to see it."""
    for shown_by in fetch_as(_ShownBy, _SHOWN_BY, {"name": name}):
        known = city.jurisdictions.get(shown_by.jurisdiction)
        service = known.services.get(shown_by.service_code) if known else None
        if service and service.exposure(Moderation(shown_by.moderation)).photos:
            return True
    return False
