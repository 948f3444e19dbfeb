"""Move a service request through the lifecycle, comment on it, moderate it. Each change is one row of its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from open311.actions.base.actor import SYSTEM, Actor
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction, write_returning
from open311.actions.cases.case import aside, changed, finish, locked, permit_case, record
from open311.actions.cases.relate import mirror
from open311.actions.intake.photos import add_photos
from open311.actions.publications.personal import personal_in
from open311.actions.publications.publish import exposure_of, service_of
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.deadline import SLA
from open311.domain.draft import clean_text
from open311.domain.errors import InvalidArgument, KeyReused, StepRefused
from open311.domain.exposure import Moderation
from open311.domain.lifecycle import PAUSED, PUBLISHED, Status, check_step
from open311.domain.moment import now
from open311.domain.personal_data import without
from open311.domain.photo import StoredPhoto
from open311.domain.roles import Act
from open311.models.cases.endorsement import Endorsement
from open311.models.cases.service_request import ServiceRequest
from open311.queries.cases.history import SentUpdate, last_step_at, newest_entry, state_then, update_sent
from open311.queries.cases.relations import canonical_of
from open311.queries.reading import Statement

REPORTER_MAY_TAKE = SLA(5)
"""How long a reporter may take to answer a question, in working days; then staff have the case again."""
AS_SENT = "As it was sent: "
"""What a note for staff begins with where the public text lacks some of what a program sent."""
REMIND_AFTER = timedelta(days=14)
"""How long a body outside the city may have a case before staff are reminded of it."""


@transaction
def progress(environment: Environment, ref: CaseRef, actor: Actor, change: Change) -> str:
    """Take the step of the lifecycle to ``change.status``; return the id of the update.

    An update that a program sends again (``actor.client_update_id``) counts once.

    :raises StepRefused: when the lifecycle has no such step, or the step lacks what it needs.
    :raises Conflict: when somebody else changed the service request meanwhile.
    """
    if before := sent_before(actor, ref.number):
        return before.update_id
    change = without_personal(environment, ref, actor, change)
    case = locked(ref, actor, act_of(_status(change)))
    if case.status == Status.DISPUTED:
        permit_case(actor, Act.REOPEN, case)
    return step(environment, case, actor, change)


def act_of(status: Status) -> Act:
    """Return the act that brings a case into a state; closing and reopening are acts of their own."""
    return {Status.CLOSED: Act.CLOSE, Status.RECEIVED: Act.REOPEN}.get(status, Act.PROGRESS)


def _status(change: Change) -> Status:
    if change.status is None:
        raise InvalidArgument("a step needs the new state")
    return change.status


def step(environment: Environment, case: ServiceRequest, actor: Actor, change: Change) -> str:
    """Take a step with a service request that is already locked, inside the transaction of another action.

    Steps count by when they happened: one that is told after a later one has been taken changes the history only.

    :raises StepRefused: when the lifecycle has no such step, or the step lacks what it needs.
    """
    status, text = _status(change), clean_text(change.text)
    if canonical_of(case.key):
        raise StepRefused(f"{case.service_request_id} is a duplicate and follows another; work on that one")
    moment = happened_at(case, change)
    check_step(state_at(case, moment), status, change.outcome, text, change.scheduled)
    if _is_late(case, change, moment):
        return _tell_late(environment, case, actor, change, moment)
    reopened = PUBLISHED[Status(case.status)] == "closed" and PUBLISHED[status] == "open"
    _stop_clock(environment, case, status, moment)
    case.status, case.outcome, case.updated_datetime = status, change.outcome, now().replace(microsecond=0)
    case.scheduled_datetime = change.scheduled
    if case.acknowledged_datetime is None and status is not Status.RECEIVED:
        case.acknowledged_datetime = moment
    case.closed_datetime = (case.closed_datetime or moment) if PUBLISHED[status] == "closed" else None
    if text or reopened:  # why it was closed says nothing about a case that is open again
        case.status_notes = text or None
    update_id = _record_step(environment, case, actor, change, moment)
    mirror(environment, case, text)
    return update_id


def _record_step(
    environment: Environment, case: ServiceRequest, actor: Actor, change: Change, moment: datetime, **other: Any
) -> str:
    """Write a step into the history with its photos, and do what follows every change; returns the update's id."""
    update_id = record(
        environment,
        case,
        "status",
        actor,
        public=True,
        status=_status(change),
        outcome=change.outcome,
        description=clean_text(change.text) or None,
        note=clean_text(change.note) or None,
        media_url=change.media_url.strip() or shown_address(environment, case, change.photos),
        occurred_at=moment,
        **other,
    )
    if change.photos:
        add_photos(case.key, change.photos, "after", entry=newest_entry(case.key))
    finish(environment, case)
    return update_id


def happened_at(case: ServiceRequest, change: Change) -> datetime:
    """Return when a change happened, to the second: not in the future, and not before the service request."""
    moment = now().replace(microsecond=0)
    if change.occurred_at is None:
        return moment
    return max(min(change.occurred_at.replace(microsecond=0), moment), case.requested_datetime)


def state_at(case: ServiceRequest, moment: datetime) -> Status:
    """Return the state that a service request was in at a moment: its own, unless steps were taken after that."""
    last = last_step_at(case.key)
    if last is None or moment >= last or last > now():
        return Status(case.status)
    return Status(state_then(case.key, moment) or Status.RECEIVED)


def _is_late(case: ServiceRequest, change: Change, moment: datetime) -> bool:
    last = last_step_at(case.key) if change.occurred_at else None
    return last is not None and moment < last <= now()


def _tell_late(environment: Environment, case: ServiceRequest, actor: Actor, change: Change, moment: datetime) -> str:
    """Record a step that others had already followed; the state stays. Followers are told its text, as of a comment."""
    status = _status(change)
    if status is not Status.RECEIVED:
        case.acknowledged_datetime = min(case.acknowledged_datetime or moment, moment)
    case.updated_datetime = now().replace(microsecond=0)
    late = Jsonb({**changed(case), "told_late": [None, True]})
    return _record_step(environment, case, actor, change, moment, changes=late)


def shown_address(environment: Environment, case: ServiceRequest, photos: Sequence[StoredPhoto]) -> str | None:
    """Return the URL of an update's first photo, if the case's photos are public."""
    service = service_of(environment, case.jurisdiction, case.service_code)
    seen = exposure_of(service, {"private": case.private, "moderation": case.moderation})
    return f"{environment.public_url}/media/{photos[0].file}" if photos and seen and seen.photos else None


def _stop_clock(environment: Environment, case: ServiceRequest, status: Status, moment: datetime) -> None:
    """Stop the clock of the promise while others have the case, and let it run on afterwards.

    A case that is reopened keeps its first promise: what was promised has not been done.
    """
    calendar = environment.city.jurisdictions[case.jurisdiction].calendar
    if case.paused_at and case.expected_datetime:
        service = service_of(environment, case.jurisdiction, case.service_code)
        sla = service.resolve if service else None
        case.expected_datetime = calendar.resumed(case.expected_datetime, case.paused_at, moment, sla)
    case.paused_at = moment if status in PAUSED else None
    case.look_again_at = None
    if status is Status.WAITING_ON_REPORTER:
        case.look_again_at = calendar.due(moment, REPORTER_MAY_TAKE)
    elif status is Status.REFERRED:
        case.look_again_at = moment + REMIND_AFTER


@transaction
def comment(environment: Environment, ref: CaseRef, actor: Actor, change: Change, *, public: bool = True) -> str:
    """Add ``change.text`` as a comment and ``change.note`` as a note for staff; return the id of the update.

    A comment that is not ``public`` waits for staff to approve it. One that a program sends again counts once.
    """
    if before := sent_before(actor, ref.number):
        return before.update_id
    if public:
        change = without_personal(environment, ref, actor, change)
    return remark(environment, locked(ref, actor, Act.COMMENT), actor, change, public=public)


def remark(environment: Environment, case: ServiceRequest, actor: Actor, change: Change, *, public: bool) -> str:
    """Add a comment to a service request that is already locked, inside the transaction of another action."""
    if public:
        case.updated_datetime = now().replace(microsecond=0)
    update_id = record(
        environment,
        case,
        "comment",
        actor,
        public=public,
        description=clean_text(change.text) or None,
        note=clean_text(change.note) or None,
        media_url=change.media_url.strip() or None,
        occurred_at=happened_at(case, change),
    )
    finish(environment, case)
    return update_id


def without_personal(environment: Environment, ref: CaseRef, actor: Actor, change: Change) -> Change:
    """Return what a program sent without what looks like personal data; staff find all of it in the note.

    A text of the history cannot wait to be approved: rows of it are never changed.
    """
    city = environment.city.jurisdictions.get(ref.jurisdiction)
    found = personal_in(city, change.text) if city and actor.api_client is not None else []
    if not found:
        return change
    note = "\n".join(filter(None, (change.note, f"{AS_SENT}{change.text}")))
    return replace(change, text=without(change.text, found), note=note)


@transaction
def annotate(environment: Environment, ref: CaseRef, actor: Actor, note: str) -> str:
    """Add a note that only staff ever see; return the id of the update."""
    return aside(environment, locked(ref, actor, Act.NOTE), "note", actor, note)


@transaction
def moderate(environment: Environment, ref: CaseRef, actor: Actor, decision: Moderation) -> None:
    """Show or hide what a resident wrote.

    :raises UnknownServiceRequest: when no service request has the number.
    :raises NotAllowed: when no grant of the actor covers moderating there.
    """
    case = locked(ref, actor, Act.MODERATE)
    case.moderation = decision
    if decision is Moderation.APPROVED:
        case.withheld = []
    aside(environment, case, "moderation", actor)


@transaction
def set_visibility(environment: Environment, ref: CaseRef, actor: Actor, private: bool) -> None:
    """Hide one service request from the public (``private``), or make it as public as its service again."""
    case = locked(ref, actor, Act.SET_VISIBILITY)
    case.private = private
    aside(environment, case, "moderation", actor)


@transaction
def endorse(ref: CaseRef, actor: Actor = SYSTEM, *, channel: str) -> None:
    """Count a "me too": one more person with the same concern, at this moment."""
    case = locked(ref, actor, Act.FILE)
    add(Endorsement, {"service_request": case.key, "channel": channel})


def update_by(api_client: int, client_update_id: str, number: str) -> SentUpdate | None:
    """Return the update that a program has already sent under its own id, or None.

    :raises KeyReused: when the program used that id for another service request.
    """
    sent = update_sent(api_client, client_update_id)
    if sent and sent.number != number:
        raise KeyReused(f"the update_id {client_update_id!r} was used for another service request, {sent.number}")
    return sent


_LOCK_SENT = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:update_id, :api_client))")


def sent_before(actor: Actor, number: str) -> SentUpdate | None:
    """Return the update that this one repeats, or None; of two at once, the second waits for the first."""
    if actor.api_client is None or actor.client_update_id is None:
        return None
    write_returning(_LOCK_SENT, {"update_id": actor.client_update_id, "api_client": actor.api_client})
    return update_by(actor.api_client, actor.client_update_id, number)
