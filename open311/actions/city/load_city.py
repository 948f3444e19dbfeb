"""Bring the database in line with the city's files: catalogue, publications, sample boundaries."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, defer, transaction
from open311.actions.publications.publish import stamp
from open311.domain.exposure import is_stricter
from open311.models.locks import Lock

LATER = -1
"""Rendering everything anew takes its time, and nobody's letter is to wait for it."""

_TAKE_BACK = """
WITH gone AS (
    DELETE FROM publication WHERE jurisdiction = %s AND service_code = %s RETURNING jurisdiction, service_request
), untagged AS (
    DELETE FROM request_boundary USING gone WHERE request_boundary.service_request = gone.service_request
)
INSERT INTO publication_change (jurisdiction, service_request) SELECT jurisdiction, service_request FROM gone
"""
# Numbers of transactions that this PostgreSQL has not begun yet come from another one, by way of a back-up. They would
# keep every answer without a validator until they are reached (docs/adr/0006-conditional-get.md).
_RENUMBER = """
UPDATE {table} SET written = DEFAULT
WHERE jurisdiction = ANY(%s) AND written >= pg_snapshot_xmax(pg_current_snapshot())
"""
_NUMBERED = ("publication", "publication_change")
_REMEMBER = """
INSERT INTO published_service (jurisdiction, service_code, publishing, location, stamp) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (jurisdiction, service_code)
DO UPDATE SET publishing = excluded.publishing, location = excluded.location, stamp = excluded.stamp
"""


@transaction
def load_city(environment: Environment) -> list[str]:
    """Note what the files say now; answers what changed, in words.

    Where a service became less public, its publications are gone at once and come back rendered anew by a job;
    where anything else changed that they were rendered from, the job alone does.
    """
    connection().execute(Lock.CITY.waiting)
    told = []
    newest = connection().execute("SELECT fingerprint FROM catalogue_version ORDER BY since DESC LIMIT 1").fetchone()
    if newest is None or newest[0] != environment.city.fingerprint:
        connection().execute(
            "INSERT INTO catalogue_version (fingerprint) VALUES (%s)"
            " ON CONFLICT (fingerprint) DO UPDATE SET since = excluded.since",
            (environment.city.fingerprint,),
        )
        told.append("the catalogue changed")
    for table in _NUMBERED:
        connection().execute(_RENUMBER.format(table=table), (list(environment.city.jurisdictions),))
    before = {
        (jurisdiction, code): (publishing, location, stamped)
        for jurisdiction, code, publishing, location, stamped in connection()
        .execute("SELECT jurisdiction, service_code, publishing, location, stamp FROM published_service")
        .fetchall()
    }
    for jurisdiction in environment.city.jurisdictions.values():
        for service in jurisdiction.services.values():
            settings = (str(service.publishing), str(service.location))
            stamped = stamp(service, environment.public_url)
            old = before.get((jurisdiction.key, service.service_code))
            if old == (*settings, stamped):
                continue
            connection().execute(_REMEMBER, (jurisdiction.key, service.service_code, *settings, stamped))
            if old is None:
                continue
            if is_stricter(settings, old[:2]):
                connection().execute(_TAKE_BACK, (jurisdiction.key, service.service_code))
                told.append(f"{service.service_name} is less public now; its publications are made anew")
            defer(
                environment,
                "republish_service",
                priority=LATER,
                jurisdiction=jurisdiction.key,
                service_code=service.service_code,
            )
    return told
