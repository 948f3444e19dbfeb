"""Bring the database in line with the city's files: the catalogue and the publications."""

from __future__ import annotations

from collections.abc import Collection

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction, wait_for, write
from open311.actions.publications.publish import stamp
from open311.actions.publications.republish import republish_later
from open311.catalog.city import Jurisdiction
from open311.domain.definition import Service
from open311.domain.errors import RequestsHidden, UnknownJurisdiction
from open311.domain.exposure import is_stricter
from open311.models.locks import Lock
from open311.queries.city.catalogue import (
    PublishedService,
    city_zones,
    newest_fingerprint,
    other_jurisdictions,
    published_services,
)
from open311.queries.reading import Statement

_TAKE_BACK = Statement(
    """
    WITH gone AS (
        DELETE FROM publication WHERE jurisdiction = :jurisdiction AND service_code = :service_code
        RETURNING jurisdiction, service_request
    ), untagged AS (
        DELETE FROM request_boundary USING gone WHERE request_boundary.service_request = gone.service_request
    )
    INSERT INTO publication_change (jurisdiction, service_request) SELECT jurisdiction, service_request FROM gone
    """
)
# Transaction numbers that this PostgreSQL has not reached come from another one, by way of a backup. Until they are
# reached, no answer would have a validator (docs/adr/0006-conditional-get.md).
_RENUMBER = [
    Statement(
        f"""
        UPDATE {table} SET written = DEFAULT
        WHERE jurisdiction = ANY(:jurisdictions) AND written >= pg_snapshot_xmax(pg_current_snapshot())
        """
    )
    for table in ("publication", "publication_change")
]
_REMEMBER_CATALOGUE = Statement(
    """
    INSERT INTO catalogue_version (fingerprint) VALUES (:fingerprint)
    ON CONFLICT (fingerprint) DO UPDATE SET since = excluded.since
    """
)
_REMEMBER_SERVICE = Statement(
    """
    INSERT INTO published_service (jurisdiction, service_code, publishing, location, stamp)
    VALUES (:jurisdiction, :service_code, :publishing, :location, :stamp)
    ON CONFLICT (jurisdiction, service_code)
    DO UPDATE SET publishing = excluded.publishing, location = excluded.location, stamp = excluded.stamp
    """
)
# A zone that this PostgreSQL does not know would make every question for a layer in force fail.
_REMEMBER_ZONE = Statement(
    """
    INSERT INTO city_zone (jurisdiction, timezone)
    SELECT :jurisdiction, name FROM pg_timezone_names WHERE name = :timezone
    ON CONFLICT (jurisdiction) DO UPDATE SET timezone = excluded.timezone
    """
)


_FORGET = Statement("DELETE FROM published_service WHERE jurisdiction = :jurisdiction")


@transaction
def load_city(environment: Environment, forget: Collection[str] = ()) -> list[str]:
    """Record what the city's files say now; return what changed, in words.

    :param forget: jurisdictions that the files name no longer. Their rows stay, unseen until they are named again.
    :raises RequestsHidden: when service requests of any other jurisdiction would be out of sight.
    :raises UnknownJurisdiction: when ``forget`` names one that is in the files or was never loaded.

    If a service became less public, its publications disappear at once, and a job renders them again. If anything else
    changed that they are rendered from, they stay until the job has rendered them again.
    """
    wait_for(Lock.CITY)
    changes = _forget(environment, forget)
    if newest_fingerprint() != environment.city.fingerprint:
        write(_REMEMBER_CATALOGUE, {"fingerprint": environment.city.fingerprint})
        changes.append("the catalogue changed")
    for statement in _RENUMBER:
        write(statement, {"jurisdictions": list(environment.city.jurisdictions)})
    before, zones = published_services(), city_zones()
    for jurisdiction in environment.city.jurisdictions.values():
        if zones.get(jurisdiction.key) != jurisdiction.timezone:
            write(_REMEMBER_ZONE, {"jurisdiction": jurisdiction.key, "timezone": jurisdiction.timezone})
        for service in jurisdiction.services.values():
            old = before.get((jurisdiction.key, service.service_code))
            changes += _load_service(environment, jurisdiction, service, old)
    return changes


def _forget(environment: Environment, forget: Collection[str]) -> list[str]:
    """Let go of jurisdictions on purpose; of others with service requests, say that they are missing."""
    others, told = other_jurisdictions(environment.city.jurisdictions), []
    for key in forget:
        if key not in others:
            raise UnknownJurisdiction(
                f"no jurisdiction {key!r} can be forgotten; there are {', '.join(others) or 'none'}"
            )
        write(_FORGET, {"jurisdiction": key})
        told.append(f"{key} is forgotten; its {others.pop(key):,} service requests stay, and nobody sees them")
    for key, count in others.items():
        if count:
            raise RequestsHidden(
                f"the database holds {count:,} service requests of {key}, which is not in config/city.yaml: is this the"
                f" right database, and the right CITY_DIR ({environment.city.directory})? To go on without them:"
                f" open311 city load --forget-jurisdiction {key}"
            )
    return told


def _load_service(
    environment: Environment, jurisdiction: Jurisdiction, service: Service, old: PublishedService | None
) -> list[str]:
    """Record how public a service is now, and have its publications follow if that changed."""
    stamped = stamp(service, environment.public_url)
    new = PublishedService(str(service.publishing), str(service.location), stamped)
    if old == new:
        return []
    named = {"jurisdiction": jurisdiction.key, "service_code": service.service_code}
    publicity = {"publishing": new.publishing, "location": new.location, "stamp": new.stamp}
    write(_REMEMBER_SERVICE, {**named, **publicity})
    if old is None:
        return []
    republish_later(environment, jurisdiction.key, service.service_code)
    if not is_stricter((new.publishing, new.location), (old.publishing, old.location)):
        return []
    write(_TAKE_BACK, named)
    return [f"{service.service_name} is less public now; its publications are rendered again"]
