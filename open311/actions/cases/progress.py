"""Work a service request: step through the lifecycle, comment, moderate. Every change is one update row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack

from open311.actions.base.actor import SYSTEM, Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, connection, transaction
from open311.actions.cases.case import aside, finish, locked, permit_case, record
from open311.actions.cases.relate import canonical_of, mirror
from open311.actions.intake.photos import StoredPhoto, add_photos
from open311.actions.publications.publish import exposure_of, service_of
from open311.domain.deadline import SLA
from open311.domain.draft import clean_line, clean_text
from open311.domain.errors import KeyReused, StepRefused
from open311.domain.exposure import Moderation
from open311.domain.lifecycle import PAUSED, PUBLISHED, Outcome, Status, check_step
from open311.domain.moment import now
from open311.domain.roles import Act
from open311.models.cases.endorsement import Endorsement
from open311.models.cases.service_request import ServiceRequest

WAIT = SLA(5)
"""How long a question to the reporter may stay unanswered: five working days, then the case is staff's again."""
REFERRED = timedelta(days=14)
"""How long a body outside may have a case before somebody is reminded."""


class Told(TypedDict, total=False):
    """What may be said with a step."""

    outcome: Outcome | None
    text: str
    """For everybody."""
    note: str
    """For staff only."""
    scheduled: datetime | None
    media_url: str
    photos: Sequence[StoredPhoto]
    """Of the place after the work."""
    occurred_at: datetime | None


@transaction
def progress(
    environment: Environment,
    jurisdiction: str,
    number: str,
    status: Status,
    actor: Actor,
    *,
    seen_version: int | None = None,
    **told: Unpack[Told],
) -> str:
    """Take one step of the lifecycle; answers the id of the update.

    ``seen_version`` is the version that the person looked at. An update that a client sends again counts once.

    :raises StepRefused: the table has no such step, or it lacks what it needs.
    :raises Conflict: somebody else changed the service request meanwhile.
    """
    if before := _sent_before(actor, number):
        return before
    case = locked(jurisdiction, number, actor, act_of(status), seen_version)
    if case.status == Status.DISPUTED:
        permit_case(actor, Act.REOPEN, case)
    return step(environment, case, status, actor, **told)


def act_of(status: Status) -> Act:
    """What it takes to bring a case into a state; opening it again (and so deciding a dispute) is more than a step."""
    return {Status.CLOSED: Act.CLOSE, Status.RECEIVED: Act.REOPEN}.get(status, Act.PROGRESS)


def step(
    environment: Environment,
    case: ServiceRequest,
    status: Status,
    actor: Actor,
    *,
    outcome: Outcome | None = None,
    text: str = "",
    note: str = "",
    scheduled: datetime | None = None,
    media_url: str = "",
    photos: Sequence[StoredPhoto] = (),
    occurred_at: datetime | None = None,
    kind: str = "status",
) -> str:
    """The same for a case that is locked already, inside the transaction of another action."""
    text = clean_text(text)
    if canonical_of(case.key):
        raise StepRefused(f"{case.service_request_id} is a duplicate and follows another; work on that one")
    check_step(Status(case.status), status, outcome, text, scheduled)
    moment = now().replace(microsecond=0)
    reopened = PUBLISHED[Status(case.status)] == "closed" and PUBLISHED[status] == "open"
    _stop_clock(environment, case, status, moment)
    case.status, case.outcome, case.updated_datetime = status, outcome, moment
    case.scheduled_datetime = scheduled
    if case.acknowledged_datetime is None and status is not Status.RECEIVED:
        case.acknowledged_datetime = moment
    case.closed_datetime = (case.closed_datetime or moment) if PUBLISHED[status] == "closed" else None
    if text or reopened:  # why it was closed is no word about what is open again
        case.status_notes = text or None
    add_photos(case.key, photos, "after")
    update_id = record(
        environment,
        case,
        kind,
        actor,
        public=True,
        status=status,
        outcome=outcome,
        description=text or None,
        note=clean_text(note) or None,
        media_url=clean_line(media_url) or _shown(environment, case, photos),
        occurred_at=max(occurred_at, _last_step(case)) if occurred_at else moment,
    )
    finish(environment, case)
    mirror(environment, case, text)
    return update_id


def _shown(environment: Environment, case: ServiceRequest, photos: Sequence[StoredPhoto]) -> str | None:
    """The address of the first photo of an update, where everybody may see photos of this case."""
    service = service_of(environment, case.jurisdiction, case.service_code)
    seen = exposure_of(service, {"private": case.private, "moderation": case.moderation})
    return f"{environment.public_url}/media/{photos[0].file}" if photos and seen and seen.photos else None


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


def _stop_clock(environment: Environment, case: ServiceRequest, status: Status, moment: datetime) -> None:
    """Let the clock of the promise stand still while others have the case, and run on afterwards.

    A case that is opened again keeps its first promise: the clock did not run for the time that it was closed, but
    what was promised was not done either.
    """
    calendar = environment.city.jurisdictions[case.jurisdiction].calendar
    if case.paused_at and case.expected_datetime:
        service = service_of(environment, case.jurisdiction, case.service_code)
        sla = service.resolve if service else None
        case.expected_datetime = calendar.resumed(case.expected_datetime, case.paused_at, moment, sla)
    case.paused_at = moment if status in PAUSED else None
    case.look_again_at = None
    if status is Status.WAITING_ON_REPORTER:
        case.look_again_at = calendar.due(moment, WAIT)
    elif status is Status.REFERRED:
        case.look_again_at = moment + REFERRED


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
    seen_version: int | None = None,
) -> str:
    """Add a comment; what is not ``public`` waits for staff. Answers the id of the update.

    A ``note`` is for staff only. An update that a client sends again counts once.
    """
    if before := _sent_before(actor, number):
        return before
    case = locked(jurisdiction, number, actor, Act.COMMENT, seen_version)
    moment = now().replace(microsecond=0)
    if public:
        case.updated_datetime = moment
    update_id = record(
        environment,
        case,
        "comment",
        actor,
        public=public,
        description=clean_text(text) or None,
        note=clean_text(note) or None,
        media_url=clean_line(media_url) or None,
        occurred_at=occurred_at or moment,
    )
    finish(environment, case)
    return update_id


@transaction
def annotate(environment: Environment, jurisdiction: str, number: str, actor: Actor, note: str) -> str:
    """Add a note that staff alone ever see. Answers the id of the update."""
    return aside(environment, locked(jurisdiction, number, actor, Act.NOTE), "note", actor, note)


@transaction
def moderate(environment: Environment, jurisdiction: str, number: str, decision: Moderation, actor: Actor) -> None:
    """Show or hide what a resident wrote."""
    case = locked(jurisdiction, number, actor, Act.MODERATE)
    case.moderation = decision
    aside(environment, case, "moderation", actor)


@transaction
def set_visibility(environment: Environment, jurisdiction: str, number: str, private: bool, actor: Actor) -> None:
    """Take one case out of everything public, or show it again as its service does."""
    case = locked(jurisdiction, number, actor, Act.SET_VISIBILITY)
    case.private = private
    aside(environment, case, "moderation", actor)


@transaction
def endorse(jurisdiction: str, number: str, channel: str, actor: Actor = SYSTEM) -> None:
    """'Me too': note that somebody else has the same concern, with the time."""
    case = locked(jurisdiction, number, actor, Act.FILE)
    add(Endorsement, {"service_request": case.key, "channel": channel})


def update_by(api_client: int, client_update_id: str, number: str) -> str | None:
    """The id of the update of this service request that this client sent under this id before, if it did.

    :raises KeyReused: it sent that of another one, which this must not be taken for.
    """
    row = (
        connection()
        .execute(
            "SELECT u.uuid::text, r.service_request_id FROM service_request_update u"
            " JOIN service_request r ON r.key = u.service_request WHERE u.api_client = %s AND u.client_update_id = %s",
            (api_client, client_update_id),
        )
        .fetchone()
    )
    if row and row[1] != number:
        raise KeyReused(f"the update_id {client_update_id!r} was used for another service request, {row[1]}")
    return row[0] if row else None


def _sent_before(actor: Actor, number: str) -> str | None:
    """The id of the update that this one repeats, if it does; of two at once, the second waits here for the first."""
    if actor.api_client is None or actor.client_update_id is None:
        return None
    connection().execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", (actor.client_update_id, actor.api_client)
    )
    return update_by(actor.api_client, actor.client_update_id, number)
