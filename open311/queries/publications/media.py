"""Which photos everybody may see."""

from __future__ import annotations

from sqlalchemy import Text, bindparam, or_, select

from open311.catalog.city import City
from open311.domain.exposure import Moderation, exposure
from open311.models.cases.media import Media
from open311.models.cases.service_request import ServiceRequest
from open311.models.publications.publication import Publication
from open311.queries.reading import Statement, fetch

_SHOWN_BY = Statement(
    select(ServiceRequest.jurisdiction, ServiceRequest.service_code, ServiceRequest.moderation)
    .join(Publication, Publication.service_request == ServiceRequest.key)
    .join(Media, Media.service_request == ServiceRequest.key)
    .where(
        Media.moderation == Moderation.APPROVED,
        or_(
            Media.file == bindparam("name", type_=Text()),
            Media.thumbnail == bindparam("name", type_=Text()),
        ),
    )
)


def is_public(city: City, name: str) -> bool:
    """Whether any published service request shows this file (knowing its hash is not enough)."""
    for jurisdiction, service_code, moderation in fetch(_SHOWN_BY, {"name": name}):
        known = city.jurisdictions.get(jurisdiction)
        service = known.services.get(service_code) if known else None
        if service:
            seen = exposure(service.publishing, service.location, False, Moderation(moderation), service.photos)
            if seen.photos:
                return True
    return False
