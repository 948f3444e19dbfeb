"""Work a service request: step through the lifecycle, comment, moderate. Every change is one update row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import select

from open311.actions.environment import Environment, add, connection, transaction
from open311.actions.publish import publish
from open311.domain.draft import clean_line, clean_text
from open311.domain.errors import Conflict, UnknownServiceRequest
from open311.domain.lifecycle import PUBLISHED, Outcome, Status, check_step
from open311.domain.privacy import Moderation
from open311.models.base import database, now
from open311.models.endorsement import Endorsement
from open311.models.service_request import ServiceRequest
from open311.models.update import Update


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: ``staff:<login>``, ``client`` with its key, ``system``; and the client's own id of the update."""

    name: str
    api_client: int | None = None
    client_update_id: str | None = None


@transaction
def progress(
    environment: Environment,
    jurisdiction: str,
    number: str,
    status: Status,
    actor: Actor,
    *,
    outcome: Outcome | None = None,
    text: str = "",
    note: str = "",
    scheduled: datetime | None = None,
    media_url: str = "",
    occurred_at: datetime | None = None,
    seen_version: int | None = None,
) -> str:
    """Take one step of the lifecycle; answers the id of the update.

    ``text`` is public, ``note`` for staff only. ``seen_version`` is the version that the person looked at. An update
    that a client sends again counts once.

    :raises StepRefused: the table has no such step, or it lacks what it needs.
    :raises Conflict: somebody else changed the service request meanwhile.
    """
    if before := _sent_before(actor):
        return before
    case = _case(jurisdiction, number)
    if seen_version is not None and seen_version != case.version:
        raise Conflict(f"{number} was changed meanwhile; look at it again")
    text = clean_text(text)
    check_step(Status(case.status), status, outcome, text, scheduled)
    moment = now().replace(microsecond=0)
    old = _state(case)
    _apply(case, status, outcome, text, scheduled, moment)
    update_id = _record(
        case,
        "status",
        actor,
        public=True,
        status=status,
        outcome=outcome,
        description=text or None,
        note=clean_text(note) or None,
        media_url=clean_line(media_url) or None,
        changes=Jsonb({name: [old[name], new] for name, new in _state(case).items() if old[name] != new}),
        occurred_at=max(occurred_at, _last_step(case)) if occurred_at else moment,
    )
    _finish(environment, case)
    return update_id


_STATE = ("status", "outcome", "status_notes", "scheduled_datetime", "acknowledged_datetime", "closed_datetime")
"""The columns that a step may change."""


def _state(case: ServiceRequest) -> dict[str, Any]:
    """Where the case stands, as JSON can hold it."""
    values = {name: getattr(case, name) for name in _STATE}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _last_step(case: ServiceRequest) -> datetime:
    """When the step was taken that the next one follows: told late, a step still comes after it in the history."""
    row: Any = (
        connection()
        .execute(
            "SELECT max(occurred_at) FROM service_request_update WHERE service_request = %s AND status IS NOT NULL",
            (case.key,),
        )
        .fetchone()
    )
    return row[0]  # type: ignore[no-any-return]


def _apply(
    case: ServiceRequest,
    status: Status,
    outcome: Outcome | None,
    text: str,
    scheduled: datetime | None,
    moment: datetime,
) -> None:
    """Write the step into the case."""
    reopened = PUBLISHED[Status(case.status)] == "closed" and PUBLISHED[status] == "open"
    case.status, case.outcome, case.updated_datetime = status, outcome, moment
    case.scheduled_datetime = scheduled
    if case.acknowledged_datetime is None and status is not Status.RECEIVED:
        case.acknowledged_datetime = moment
    if PUBLISHED[status] == "closed":
        case.closed_datetime = case.closed_datetime or moment
    else:
        case.closed_datetime = None
    if text or reopened:  # why it was closed is no word about what is open again
        case.status_notes = text or None


@transaction
def comment(
    environment: Environment,
    jurisdiction: str,
    number: str,
    actor: Actor,
    text: str,
    *,
    public: bool,
    note: str = "",
    media_url: str = "",
    occurred_at: datetime | None = None,
) -> str:
    """Add a comment; what is not ``public`` waits for staff. Answers the id of the update.

    A ``note`` is for staff only. An update that a client sends again counts once.
    """
    if before := _sent_before(actor):
        return before
    case = _case(jurisdiction, number)
    moment = now().replace(microsecond=0)
    update_id = _record(
        case,
        "comment",
        actor,
        public=public,
        description=clean_text(text) or None,
        note=clean_text(note) or None,
        media_url=clean_line(media_url) or None,
        occurred_at=occurred_at or moment,
    )
    if public:
        case.updated_datetime = moment
    _finish(environment, case)
    return update_id


@transaction
def annotate(jurisdiction: str, number: str, actor: Actor, note: str) -> str:
    """Add a note that staff alone ever see. Answers the id of the update."""
    moment = now().replace(microsecond=0)
    return _record(_case(jurisdiction, number), "note", actor, public=False, note=clean_text(note), occurred_at=moment)


@transaction
def moderate(environment: Environment, jurisdiction: str, number: str, decision: Moderation, actor: Actor) -> None:
    """Show or hide what a resident wrote."""
    case = _case(jurisdiction, number)
    moment = now().replace(microsecond=0)
    changes = Jsonb({"moderation": [case.moderation, decision]})
    case.moderation, case.updated_datetime = decision, moment
    _record(case, "moderation", actor, public=False, changes=changes, occurred_at=moment)
    _finish(environment, case)


@transaction
def endorse(jurisdiction: str, number: str, channel: str) -> None:
    """'Me too': note that somebody else has the same concern, with the time."""
    add(Endorsement, {"service_request": _case(jurisdiction, number).key, "channel": channel})


def update_by(api_client: int, client_update_id: str) -> str | None:
    """The id of the update that this client sent under this id before, if it did."""
    row = (
        connection()
        .execute(
            "SELECT uuid::text FROM service_request_update WHERE api_client = %s AND client_update_id = %s",
            (api_client, client_update_id),
        )
        .fetchone()
    )
    return row[0] if row else None


def _sent_before(actor: Actor) -> str | None:
    """The id of the update that this one repeats, if it does; of two at once, the second waits here for the first."""
    if actor.api_client is None or actor.client_update_id is None:
        return None
    connection().execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", (actor.client_update_id, actor.api_client)
    )
    return update_by(actor.api_client, actor.client_update_id)


def _case(jurisdiction: str, number: str) -> ServiceRequest:
    """The case, locked until the transaction ends: one change comes after the other."""
    case = database.session.scalars(
        select(ServiceRequest)
        .where(ServiceRequest.jurisdiction == jurisdiction, ServiceRequest.service_request_id == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if case is None:
        raise UnknownServiceRequest(f"no service request {number!r}")
    return case


def _record(case: ServiceRequest, kind: str, actor: Actor, **what: Any) -> str:
    """Append to the history; answers the public id of the row."""
    add(
        Update,
        {
            "service_request": case.key,
            "jurisdiction": case.jurisdiction,
            "kind": kind,
            "actor": actor.name,
            "api_client": actor.api_client,
            "client_update_id": actor.client_update_id,
            **what,
        },
    )
    row: Any = connection().execute("SELECT uuid::text FROM service_request_update WHERE key = lastval()").fetchone()
    return str(row[0])


def _finish(environment: Environment, case: ServiceRequest) -> None:
    database.session.flush()
    publish(environment, [case.key])
