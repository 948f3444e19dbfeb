"""Write many service requests at once, from an import or a sample: COPY and set-based SQL, a transaction per batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from open311.actions.base.environment import Environment
from open311.actions.base.staging import staged
from open311.actions.base.transaction import transaction, write, write_returning
from open311.actions.publications.publish import publish, publish_new
from open311.queries.city.imports import SAME_NUMBER, count_differing, differs
from open311.queries.places.near import point
from open311.queries.reading import Statement

CASES_PER_BATCH = 5_000
"""How many service requests one transaction writes: enough for set-based SQL to pay off, few enough to hold locks."""


class Case(NamedTuple):
    """A service request that was recorded elsewhere; the fields are in the order of the staging table's columns.

    States are plain text, because enumeration members are expensive to hand to another process.
    """

    service_request_id: str
    service_code: str
    service_name: str
    department: str
    agency_responsible: str
    service_notice: str | None
    description: str | None
    status: str
    outcome: str | None
    status_notes: str | None
    long: float | None
    lat: float | None
    address: str | None
    address_id: str | None
    zipcode: str | None
    media_url: str | None
    requested_datetime: datetime
    updated_datetime: datetime
    expected_datetime: datetime | None
    closed_datetime: datetime | None
    channel: str
    moderation: str


@dataclass(frozen=True)
class Added:
    """What a batch did, in numbers of service requests."""

    new: int = 0
    changed: int = 0
    same: int = 0
    left_alone: int = 0
    """Rows that differ from a service request that was filed or worked on here, and was therefore not overwritten."""

    def __add__(self, other: Added) -> Added:
        """Add up two batches."""
        return Added(
            self.new + other.new,
            self.changed + other.changed,
            self.same + other.same,
            self.left_alone + other.left_alone,
        )


_AS_PUBLISHED = (*Case._fields, "jurisdiction", "private", "photo", "key")
_TYPES = {
    name: "timestamptz" if name.endswith("_datetime") else "float8" if name in ("long", "lat") else "text"
    for name in Case._fields
}
_STORED = tuple(name for name in Case._fields if name not in ("long", "lat"))
_STORED_COLUMNS = ", ".join(_STORED)
# While others have the case, the clock of its promise stands still.
_PAUSED = "CASE WHEN s.status IN ('waiting_on_reporter', 'referred') THEN s.updated_datetime END"
_POINT = point("s.long", "s.lat")
_HISTORY = "service_request, jurisdiction, actor, kind, public, status, outcome, description, occurred_at"
# What an import brings along was recorded where it comes from, so that it is no news to those who poll updates; what a
# later import changes is recorded now.
# The cases that are new, each with the beginning of its history: that it was received, and what became of it. In the
# order of most of the indexes, so that neighboring entries are written one after another.
_INSERT = Statement(
    f"""
    WITH new AS (
        INSERT INTO service_request (jurisdiction, origin, point, paused_at, {_STORED_COLUMNS})
        SELECT :jurisdiction, :origin, {_POINT}, {_PAUSED}, {", ".join(f"s.{name}" for name in _STORED)} FROM staged s
        ORDER BY s.requested_datetime
        ON CONFLICT (jurisdiction, service_request_id) DO NOTHING
        RETURNING *
    ), noted AS (
        INSERT INTO service_request_update ({_HISTORY}, recorded_at)
        SELECT r.key, r.jurisdiction, :actor, 'status', true, step.status, step.outcome, step.text, step.moment,
               step.moment
        FROM new r
        CROSS JOIN LATERAL (
            SELECT 'received', NULL, NULL, r.requested_datetime
            UNION ALL
            SELECT r.status, r.outcome, r.status_notes, coalesce(r.closed_datetime, r.updated_datetime)
            WHERE r.status <> 'received'
        ) AS step(status, outcome, text, moment)
    )
    SELECT service_request_id, key FROM new
    """
)
# Only what the same origin brought is brought up to date, and only until somebody works on it here: what residents
# filed and what staff decided is never overwritten. Each change is one row of the history.
_UPDATE = Statement(
    f"""
    WITH old AS (
        SELECT r.* FROM service_request r JOIN staged s ON {SAME_NUMBER}
        WHERE r.origin = :origin AND NOT r.key = ANY(:new) AND {differs(_STORED)}
          AND NOT EXISTS (SELECT FROM service_request_update u
                          WHERE u.service_request = r.key AND u.actor <> :actor AND u.kind <> 'comment')
        FOR UPDATE OF r
    ), changed AS (
        UPDATE service_request r SET point = {_POINT}, paused_at = {_PAUSED}, version = r.version + 1,
            {", ".join(f"{name} = s.{name}" for name in _STORED)}
        FROM staged s WHERE {SAME_NUMBER} AND r.key IN (SELECT key FROM old)
        RETURNING r.*
    )
    INSERT INTO service_request_update ({_HISTORY}, changes)
    SELECT r.key, r.jurisdiction, :actor, coalesce(step.kind, 'system'), step.kind IS NOT NULL,
           step.status, step.outcome, step.text, coalesce(step.moment, r.updated_datetime),
           (SELECT jsonb_object_agg(name, jsonb_build_array(was.value, is_now.value))
            FROM jsonb_each(to_jsonb(old) - '{{version,description,status_notes}}'::text[]) AS was(name, value)
            JOIN jsonb_each(to_jsonb(r)) AS is_now(name, value) USING (name) WHERE was.value <> is_now.value)
    FROM changed r JOIN old USING (key)
    LEFT JOIN LATERAL (
        SELECT 'status' AS kind, r.status, r.outcome, r.status_notes AS text,
               coalesce(r.closed_datetime, r.updated_datetime) AS moment
        WHERE (r.status, r.outcome, r.status_notes) IS DISTINCT FROM (old.status, old.outcome, old.status_notes)
    ) AS step ON true
    RETURNING service_request
    """
)
_NO_WAIT_FOR_DISK = Statement("SET LOCAL synchronous_commit = off")
_ANY_STEP = Statement("SET LOCAL open311.any_step = 'on'")


@transaction
def add_cases(environment: Environment, jurisdiction: str, origin: str, cases: Sequence[Case]) -> Added:
    """Add service requests, or update those that the same origin brought before; publish them all.

    The caller makes sure that each number occurs only once in a batch. Adding a batch again changes nothing, so a batch
    does not wait for the disk; ``analyze``, after the last one, does, and makes all of them durable.
    """
    given = {"jurisdiction": jurisdiction, "origin": origin, "actor": origin}
    write(_NO_WAIT_FOR_DISK)
    changed, left_alone = [], 0
    with staged("staged", _TYPES, cases):
        keys: dict[str, int] = dict(write_returning(_INSERT, given))
        new = list(keys.values())
        if len(new) < len(cases):
            write(_ANY_STEP)  # an import brings states, not steps
            changed = [key for (key,) in write_returning(_UPDATE, {**given, "new": new})]
            left_alone = count_differing(jurisdiction, _STORED)
    publish_new(
        environment,
        [
            dict(zip(_AS_PUBLISHED, (*case, jurisdiction, False, None, key), strict=True))
            for case in cases
            if (key := keys.get(case.service_request_id)) is not None
        ],
    )
    if changed:
        publish(environment, changed)
    return Added(len(new), len(changed), len(cases) - len(new) - len(changed) - left_alone, left_alone)


PLAUSIBLE_JUMP = 100
"""How many times larger than the numbers given so far, or than nine tenths of those imported, an imported number may be
to be one that new numbers go on after. A larger one is an outlier, and moves the numbers of nobody."""
MANY = 100
"""How many imported numbers tell where numbers usually lie."""
_RESERVE = Statement(
    f"""
    WITH imported AS (
        SELECT service_request_id::bigint AS number FROM service_request
        WHERE jurisdiction = :jurisdiction AND service_request_id ~ '^[0-9]{{1,15}}$'
    ), given AS (SELECT last_value AS number FROM service_request_number),
    most AS (
        SELECT percentile_disc(0.9) WITHIN GROUP (ORDER BY number) AS number FROM imported HAVING count(*) >= {MANY}
    )
    SELECT setval('service_request_number', greatest(
        given.number,
        (SELECT max(number) FROM imported
         WHERE number <= {PLAUSIBLE_JUMP} * greatest(given.number, (SELECT number FROM most)))))
    FROM given
    """
)


@transaction
def reserve_numbers(jurisdiction: str) -> None:
    """Make new numbers start above the highest plausible number that an import brought.

    Whatever lies above is passed over when numbers are given (``next_service_request_number``).
    """
    write_returning(_RESERVE, {"jurisdiction": jurisdiction})


_ANALYZE = [
    Statement(f"ANALYZE {table}")
    for table in ("service_request", "service_request_update", "publication", "request_boundary")
]


@transaction
def analyze() -> None:
    """Update PostgreSQL's statistics after an import, or its plans stay those of an empty table; wait for the disk."""
    for statement in _ANALYZE:
        write(statement)
