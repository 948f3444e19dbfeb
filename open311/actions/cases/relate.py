"""How service requests belong together: duplicates, which mirror what they are duplicates of, and parts."""

from __future__ import annotations

from collections.abc import Sequence

from open311.actions.base.actor import SYSTEM, Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, transaction
from open311.actions.cases.case import aside, finish, locked, locked_key, record
from open311.domain.errors import InvalidArgument
from open311.domain.lifecycle import PUBLISHED, Status
from open311.domain.moment import now
from open311.domain.roles import Act
from open311.models.cases.relation import RelationKind
from open311.models.cases.service_request import ServiceRequest

MIRRORED = (
    "status",
    "outcome",
    "status_notes",
    "scheduled_datetime",
    "closed_datetime",
    "paused_at",
    "look_again_at",  # nobody looks while it is a duplicate, but once it is none any more
)
"""What a duplicate takes over. Its own promise, place, words and people stay its own."""


@transaction
def merge(
    environment: Environment,
    jurisdiction: str,
    number: str,
    canonical: str,
    actor: Actor,
    seen_version: int | None = None,
) -> str:
    """Make a service request a duplicate of another; answers the id of the update.

    It keeps its number and history, mirrors the other's state from now on, and counts there as one more "me too".

    :raises InvalidArgument: it is the same one, or already a duplicate.
    """
    if number == canonical:
        raise InvalidArgument("a service request is no duplicate of itself")
    first, second = sorted((number, canonical))  # always in this order, so that two merges cannot lock each other out
    seen = {number: seen_version}
    both = {each: locked(jurisdiction, each, actor, Act.MERGE, seen.get(each)) for each in (first, second)}
    case, other = both[number], both[canonical]
    if canonical_of(case.key):
        raise InvalidArgument(f"{number} is a duplicate already")
    if top := canonical_of(other.key):
        other = locked_key(top)
        if other.key == case.key:
            raise InvalidArgument(f"{canonical} is a duplicate of {number}")
    execute = connection().execute
    moved = duplicates_of(case.key)
    execute(
        "UPDATE relation SET other = %s WHERE other = %s AND kind = %s",
        (other.key, case.key, RelationKind.DUPLICATE_OF),
    )
    execute(_COUNT_THERE, (other.key, case.key, moved))
    execute(
        "INSERT INTO relation (service_request, other, kind) VALUES (%s, %s, %s)",
        (case.key, other.key, RelationKind.DUPLICATE_OF),
    )
    execute(
        "INSERT INTO endorsement (service_request, channel, created_at) VALUES (%s, 'duplicate', %s)",
        (other.key, case.requested_datetime),
    )
    aside(environment, other, "merge", actor, f"{number} is a duplicate of this")
    said = f"This is the same as {other.service_request_id}."
    for key in moved:
        _mirror(environment, locked_key(key), other, SYSTEM, said)
    return _mirror(environment, case, other, actor, said)


# The "me too" of a duplicate is the one with its time; of two that were filed in the same second, either will do.
_COUNT_THERE = """
UPDATE endorsement e SET service_request = %s FROM service_request d
WHERE e.service_request = %s AND e.channel = 'duplicate' AND d.key = ANY(%s) AND e.created_at = d.requested_datetime
"""
_COUNT_NO_MORE = """
DELETE FROM endorsement WHERE key = (
    SELECT key FROM endorsement WHERE service_request = %s AND channel = 'duplicate' AND created_at = %s LIMIT 1)
"""


@transaction
def unmerge(environment: Environment, jurisdiction: str, number: str, actor: Actor) -> str:
    """Take back that it is a duplicate, and its "me too"; its state stays as it is. Answers the id of the update.

    :raises InvalidArgument: it is none.
    """
    case = locked(jurisdiction, number, actor, Act.MERGE)
    canonical = canonical_of(case.key)
    if canonical is None:
        raise InvalidArgument(f"{number} is no duplicate")
    execute = connection().execute
    execute("DELETE FROM relation WHERE service_request = %s AND kind = %s", (case.key, RelationKind.DUPLICATE_OF))
    execute(_COUNT_NO_MORE, (canonical, case.requested_datetime))
    return aside(environment, case, "merge", actor, "no duplicate after all")


def canonical_of(key: int) -> int | None:
    """What a service request is a duplicate of."""
    row = (
        connection()
        .execute(
            "SELECT other FROM relation WHERE service_request = %s AND kind = %s", (key, RelationKind.DUPLICATE_OF)
        )
        .fetchone()
    )
    return row[0] if row else None


def duplicates_of(key: int) -> list[int]:
    """What is a duplicate of a service request, in the order in which they are locked."""
    rows = connection().execute(
        "SELECT service_request FROM relation WHERE other = %s AND kind = %s ORDER BY service_request",
        (key, RelationKind.DUPLICATE_OF),
    )
    return [row[0] for row in rows.fetchall()]


def merged_with(keys: Sequence[int]) -> list[int]:
    """The other service requests that are one with any of these, in the order in which they are locked."""
    rows = connection().execute(_MERGED, {"keys": list(keys), "kind": RelationKind.DUPLICATE_OF})
    return [row[0] for row in rows.fetchall() if row[0] not in keys]


_MERGED = """
WITH top AS (
    SELECT coalesce(d.other, it) AS key FROM unnest(%(keys)s::bigint[]) it
    LEFT JOIN relation d ON d.service_request = it AND d.kind = %(kind)s)
SELECT key FROM top UNION
SELECT d.service_request FROM relation d JOIN top ON top.key = d.other WHERE d.kind = %(kind)s
ORDER BY key
"""


def mirror(environment: Environment, case: ServiceRequest, text: str) -> None:
    """Let the duplicates of a case follow it, in the transaction of its change."""
    for key in duplicates_of(case.key):
        _mirror(environment, locked_key(key), case, SYSTEM, text)


def _mirror(environment: Environment, case: ServiceRequest, canonical: ServiceRequest, actor: Actor, text: str) -> str:
    connection().execute("SET LOCAL open311.any_step = 'on'")
    moment = now().replace(microsecond=0)
    for name in MIRRORED:
        setattr(case, name, getattr(canonical, name))
    case.acknowledged_datetime = case.acknowledged_datetime or canonical.acknowledged_datetime
    if PUBLISHED[Status(case.status)] == "closed":
        case.closed_datetime = moment
    case.updated_datetime = moment
    update_id = record(
        environment,
        case,
        "merge",
        actor,
        public=True,
        status=case.status,
        outcome=case.outcome,
        description=text or None,
        occurred_at=moment,
    )
    finish(environment, case)
    connection().execute("SET LOCAL open311.any_step = 'off'")
    return update_id
