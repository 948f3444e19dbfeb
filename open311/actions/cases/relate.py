"""Merge service requests that are about the same thing: a duplicate mirrors the one that it is a duplicate of."""

from __future__ import annotations

from datetime import datetime

from open311.actions.base.actor import SYSTEM, Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction, write
from open311.actions.cases.case import aside, finish, locked, locked_key, permit_case, record
from open311.domain.case_ref import CaseRef
from open311.domain.errors import InvalidArgument
from open311.domain.lifecycle import PUBLISHED, Status
from open311.domain.moment import now
from open311.domain.roles import Act
from open311.models.cases.endorsement import Endorsement
from open311.models.cases.relation import Relation, RelationKind
from open311.models.cases.service_request import ServiceRequest
from open311.queries.cases.relations import canonical_of, duplicates_of
from open311.queries.reading import Statement

MIRRORED = (
    "status",
    "outcome",
    "status_notes",
    "scheduled_datetime",
    "closed_datetime",
    "paused_at",
    "look_again_at",  # nobody looks while it is a duplicate, but somebody will once it no longer is
)
"""Columns that a duplicate copies. Its promise, place, words and people stay its own."""

_FOLLOW_OTHER = Statement("UPDATE relation SET other = :canonical WHERE other = :case AND kind = :kind")
# A duplicate's "me too" is the one with its time of filing; of two that were filed in the same second, either will do.
_COUNT_THERE = Statement(
    """
    UPDATE endorsement e SET service_request = :canonical FROM service_request d
    WHERE e.service_request = :case AND e.channel = 'duplicate' AND d.key = ANY(:moved)
      AND e.created_at = d.requested_datetime
    """
)
_COUNT_NO_MORE = Statement(
    """
    DELETE FROM endorsement WHERE key = (
        SELECT key FROM endorsement
        WHERE service_request = :canonical AND channel = 'duplicate' AND created_at = :moment LIMIT 1)
    """
)
_PART = Statement("DELETE FROM relation WHERE service_request = :case AND kind = :kind")
_ANY_STEP = {flag: Statement(f"SET LOCAL open311.any_step = '{flag}'") for flag in ("on", "off")}


@transaction
def merge(environment: Environment, ref: CaseRef, actor: Actor, canonical: str) -> str:
    """Make a service request a duplicate of another one, given by number; return the id of the update.

    It keeps its number and history, mirrors the other's state from now on, and counts there as a "me too".

    :raises InvalidArgument: when both are the same service request, or it is a duplicate already.
    :raises NotAllowed: when no grant of the actor covers merging one of them, or the one that the other follows.
    """
    if ref.number == canonical:
        raise InvalidArgument("a service request is no duplicate of itself")
    case, other = _locked_pair(ref, actor, canonical)
    if canonical_of(case.key):
        raise InvalidArgument(f"{ref.number} is a duplicate already")
    if top := canonical_of(other.key):
        other = locked_key(top)
        permit_case(actor, Act.MERGE, other)
        if other.key == case.key:
            raise InvalidArgument(f"{canonical} is a duplicate of {ref.number}")
    moved = duplicates_of(case.key)
    write(_FOLLOW_OTHER, {"canonical": other.key, "case": case.key, "kind": RelationKind.DUPLICATE_OF})
    write(_COUNT_THERE, {"canonical": other.key, "case": case.key, "moved": moved})
    add(Relation, {"service_request": case.key, "other": other.key, "kind": RelationKind.DUPLICATE_OF})
    endorsement = {"service_request": other.key, "channel": "duplicate", "created_at": case.requested_datetime}
    add(Endorsement, endorsement)
    aside(environment, other, "merge", actor, f"{ref.number} is a duplicate of this")
    said = f"This is the same as {other.service_request_id}."
    for key in moved:
        _mirror(environment, locked_key(key), other, SYSTEM, said)
    return _mirror(environment, case, other, actor, said)


def _locked_pair(ref: CaseRef, actor: Actor, canonical: str) -> tuple[ServiceRequest, ServiceRequest]:
    """Lock both service requests in the order of their numbers, so that two merges at once cannot deadlock."""
    refs = sorted((ref, CaseRef(ref.jurisdiction, canonical)), key=lambda each: each.number)
    both = {each.number: locked(each, actor, Act.MERGE) for each in refs}
    return both[ref.number], both[canonical]


@transaction
def unmerge(environment: Environment, ref: CaseRef, actor: Actor) -> str:
    """Make a duplicate a service request of its own again; return the id of the update.

    Its "me too" is removed from the other one. Its state stays as it is.

    :raises InvalidArgument: when it is not a duplicate.
    """
    case = locked(ref, actor, Act.MERGE)
    canonical = canonical_of(case.key)
    if canonical is None:
        raise InvalidArgument(f"{ref.number} is no duplicate")
    write(_PART, {"case": case.key, "kind": RelationKind.DUPLICATE_OF})
    write(_COUNT_NO_MORE, {"canonical": canonical, "moment": case.requested_datetime})
    return aside(environment, case, "merge", actor, "no duplicate after all")


def mirror(environment: Environment, case: ServiceRequest, text: str) -> None:
    """Make the duplicates of a service request follow its change, in the same transaction."""
    for key in duplicates_of(case.key):
        _mirror(environment, locked_key(key), case, SYSTEM, text, closed=case.closed_datetime)


def _mirror(
    environment: Environment,
    case: ServiceRequest,
    canonical: ServiceRequest,
    actor: Actor,
    text: str,
    *,
    closed: datetime | None = None,
) -> str:
    """Copy the state of another; ``closed`` is when it was closed, unless the duplicate is closed by being merged."""
    write(_ANY_STEP["on"])
    moment = now().replace(microsecond=0)
    for name in MIRRORED:
        setattr(case, name, getattr(canonical, name))
    case.acknowledged_datetime = case.acknowledged_datetime or canonical.acknowledged_datetime
    if PUBLISHED[Status(case.status)] == "closed":
        case.closed_datetime = max(closed or moment, case.requested_datetime)
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
    write(_ANY_STEP["off"])
    return update_id
